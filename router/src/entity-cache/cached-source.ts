import type { EntityReference, ReceivedEvent } from '@supergraph/platform/events';
import type { EventListener, FollowedSource } from '../events/followed-source.js';
import { ChangeLog } from './change-log.js';
import type { WrittenPlace } from './client-positions.js';
import { nameOf, ROOT_FIELDS } from './entity-names.js';
import type { EntryStore } from './entry-store.js';
import type { ToldChanges } from './told-changes.js';

/**
 * How old the last moment may be up to which everything was heard: what is served lacks no change that is older. It
 * does not matter how long the events' way takes, since the moment is that of the look at the log. With the time for
 * which others may join an operation under way it makes a second.
 */
const CURRENT_MILLISECONDS = 750;

/** What is known of the changes of one subgraph, whose answers are kept. */
export class CachedSource implements EventListener {
  readonly #changes = new ChangeLog();
  #invalidations = 0;

  constructor(
    readonly name: string,
    private readonly store: EntryStore | undefined,
    /** Its events as this process follows them; undefined when it does not. */
    private readonly followed: () => FollowedSource | undefined,
  ) {}

  /** Entries that were removed because what they tell changed. */
  get invalidations(): number {
    return this.#invalidations;
  }

  /** How many changes were heard: noted when a fetch begins. */
  get count(): number {
    return this.#changes.count;
  }

  /** Whether what is kept shows all changes but the latest, and those that this client has made. */
  isCurrent(written: WrittenPlace | undefined): boolean {
    const followed = this.followed();
    return (
      followed !== undefined &&
      performance.now() - followed.completeAt() < CURRENT_MILLISECONDS &&
      (written === undefined || hasReached(followed, written))
    );
  }

  /** Whether an answer may be kept whose fetch began when the count was as given. */
  mayKeep(names: ReadonlyArray<string>, since: number): boolean {
    return this.followed()?.isCurrent() === true && this.#changes.isUnchanged(names, since);
  }

  /**
   * What answers that are under way must have seen for this client to be given them too: all that was heard until now,
   * and what the client wrote when it was not heard yet.
   */
  since(written: WrittenPlace | undefined): string {
    const followed = this.followed();
    return written === undefined || (followed !== undefined && hasReached(followed, written))
      ? String(this.#changes.count)
      : `${this.#changes.count} ${written.epoch} ${written.sequence}`;
  }

  onEvent({ entities }: ReceivedEvent): void {
    this.#forget(entities);
  }

  onReset(): void {
    this.#forgetAll();
  }

  /** What is kept was read before the events that are heard from now on, but perhaps after others that never are. */
  onBegin(): void {
    this.#forgetAll();
  }

  /** An answer of this subgraph said what its request changed. */
  onTold(changes: ToldChanges): void {
    if (changes.entities === undefined) {
      this.#forgetAll();
    } else {
      this.#forget(changes.entities);
    }
  }

  /** Something was changed, and nobody says what. */
  onUnknownChange(): void {
    this.#forgetAll();
  }

  #forget(entities: ReadonlyArray<EntityReference>): void {
    const names = [ROOT_FIELDS, ...entities.map(nameOf)];
    this.#changes.note(names);
    for (const name of names) {
      this.#invalidations += this.store?.remove(this.name, name) ?? 0;
    }
  }

  #forgetAll(): void {
    this.#changes.noteAnything();
    this.#invalidations += this.store?.removeAll(this.name) ?? 0;
  }
}

function hasReached(followed: FollowedSource, { epoch, sequence }: WrittenPlace): boolean {
  const position = followed.position();
  return position?.epoch === epoch && position.sequence >= sequence;
}
