import type { EventListener, FollowedSource } from '../events/followed-source.js';
import type { Stage } from '../supergraph/loaded-supergraph.js';
import { CachedFetches } from './cached-fetches.js';
import { CachedSource } from './cached-source.js';
import type { EntityCacheSettings } from './configuration.js';
import { EntryStore } from './entry-store.js';
import { LookupCounts } from './lookup-counts.js';
import { Selections } from './selections.js';

/** What an entity cache is made of. */
export interface EntityCacheOptions {
  readonly settings: EntityCacheSettings;
  /** A subgraph whose events this process follows; undefined for any other. Asked anew each time. */
  readonly followed: (subgraph: string) => FollowedSource | undefined;
}

/**
 * Keeps what subgraphs answer, in memory, for as long as their events say that it holds.
 *
 * What is kept: entities, and answers to root fields as a whole, of subgraphs whose events are followed and whose
 * answer says `Cache-Control: max-age=…`; never null, never with errors. What is `private` is found again only by the
 * same viewer in the same role with the same scopes. An event removes all that its subgraph told of the entities that
 * it names, and the subgraph's answers to root fields.
 *
 * How old it may be: each page of a source's events says as of which moment it is complete. What is kept is served only
 * while that moment is less than a second ago; else the subgraph is asked, which is slower and as right. So nothing is
 * served that lacks a change of more than a second ago, however long events take, and nothing at all of a source that
 * is silent.
 *
 * What is not kept: an answer whose fetch began before a change of what it tells was heard. The event has come and
 * gone, and nobody would remove it. A source whose place is lost, or that begins, counts as changed in everything.
 *
 * One's own writes: a subgraph says with its answer what it changed. This process forgets that before the client hears
 * of it; another process learns the place in the log from the client, and does not serve it what it kept until it has
 * heard that far.
 */
export class EntityCache {
  readonly store: EntryStore | undefined;
  readonly selections = new Selections();
  readonly counts = new LookupCounts();
  readonly checksChanges: boolean;
  readonly #sources = new Map<string, CachedSource>();

  constructor(private readonly options: EntityCacheOptions) {
    const { bytes, checksChanges = true } = options.settings;
    this.store = bytes === 0 ? undefined : new EntryStore(bytes);
    this.checksChanges = checksChanges;
  }

  /** What takes part in the execution of operations. */
  get stage(): Stage {
    return { wrapFetches: (fetches) => new CachedFetches(fetches, this) };
  }

  /** Who hears the events of a subgraph. */
  listenersOf(subgraph: string): ReadonlyArray<EventListener> {
    return [this.sourceOf(subgraph)];
  }

  /** What is known of the changes of a subgraph. */
  sourceOf(subgraph: string): CachedSource {
    let source = this.#sources.get(subgraph);
    if (source === undefined) {
      source = new CachedSource(subgraph, this.store, () => this.options.followed(subgraph));
      this.#sources.set(subgraph, source);
    }
    return source;
  }

  /** All of which something is known. */
  get sources(): Iterable<CachedSource> {
    return this.#sources.values();
  }
}
