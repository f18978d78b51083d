import { eventsUrl } from '@supergraph/platform/configuration';
import { createHttpTransport } from '@supergraph/platform/events';
import type { Logger } from '@supergraph/platform/telemetry';
import type { SubgraphSettings } from '../configuration.js';
import { followSource, type EventListener, type FollowedSource } from './followed-source.js';

/** Which subgraphs' events are followed, and who listens to each. */
export interface EventSourcesOptions {
  /** Names of the subgraphs that serve events. */
  readonly names: ReadonlyArray<string>;
  readonly listenersOf: (source: string) => ReadonlyArray<EventListener>;
  /** How long before now to begin with a source; undefined for its tail. */
  readonly lookBackOf: (source: string) => number | undefined;
  readonly silenceMilliseconds: number;
  readonly logger: Logger;
}

/** The sources of the supergraph that is served: those stay over a reload whose settings do not change. */
export class EventSources {
  readonly #sources = new Map<string, { readonly key: string; readonly followed: FollowedSource }>();

  constructor(private readonly options: EventSourcesOptions) {}

  /** Follows exactly these subgraphs, as far as they serve events. */
  follow(subgraphs: ReadonlyArray<SubgraphSettings>): void {
    const wanted = subgraphs.filter(({ name }) => this.options.names.includes(name));
    for (const [name, { key, followed }] of this.#sources) {
      if (!wanted.some((settings) => keyOf(settings) === key)) {
        this.#sources.delete(name);
        void followed.stop();
      }
    }
    for (const settings of wanted) {
      if (!this.#sources.has(settings.name)) {
        this.#sources.set(settings.name, { key: keyOf(settings), followed: this.#start(settings) });
      }
    }
  }

  /** The source of that name; undefined when it is not followed. */
  get(name: string): FollowedSource | undefined {
    return this.#sources.get(name)?.followed;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ followed }) => followed.stop()));
    this.#sources.clear();
  }

  #start({ name, urls, secret }: SubgraphSettings): FollowedSource {
    const { listenersOf, lookBackOf, silenceMilliseconds, logger } = this.options;
    const lookBackMilliseconds = lookBackOf(name);
    return followSource({
      transport: createHttpTransport({
        source: name,
        urls: urls.map(eventsUrl),
        caller: 'router',
        secret: secret ?? NO_SECRET,
        logger,
        silenceMilliseconds,
        heartbeatMilliseconds: HEARTBEAT_MILLISECONDS,
      }),
      listeners: listenersOf(name),
      logger,
      silenceMilliseconds,
      ...(lookBackMilliseconds === undefined ? {} : { lookBackMilliseconds }),
    });
  }
}

/** Well below the second for which what was heard counts as current, so that a busy moment does not end it. */
const HEARTBEAT_MILLISECONDS = 250;
/** A subgraph that asks for no secret takes any. */
const NO_SECRET = 'none';

function keyOf(settings: SubgraphSettings): string {
  return JSON.stringify(settings);
}
