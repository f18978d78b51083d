import type { Logger } from '@supergraph/platform/telemetry';
import type { RouterConfiguration, SubgraphSettings } from '../configuration.js';
import { introspectToken } from '../identity/introspection.js';
import { createSessionGuard, type SessionGuard } from '../identity/session-guard.js';
import { EventSources } from './event-sources.js';
import type { EventListener, FollowedSource } from './followed-source.js';

/** After how long without a heartbeat a source counts as silent. */
const SILENCE_MILLISECONDS = 10_000;
/** Longer than an access token lives: a router that starts must know which sessions ended just before. */
const LOOK_BACK_MILLISECONDS = 20 * 60_000;

/** What the router learns from the subgraphs' events. */
export interface FollowedEvents {
  /** Undefined when the events of the identity subgraph are not followed. */
  readonly sessions: SessionGuard | undefined;
  /** A subgraph whose events are followed; undefined for any other. */
  sourceOf(name: string): FollowedSource | undefined;
  /** Follows the subgraphs of the supergraph that is served now. */
  follow(): void;
  stop(): Promise<void>;
}

/** Begins to follow the events of the subgraphs that the configuration names. */
export function followEvents(options: {
  readonly configuration: RouterConfiguration;
  /** The subgraphs of the supergraph that is served. */
  readonly settings: () => ReadonlyArray<SubgraphSettings>;
  /** Who else hears the events of a subgraph. */
  readonly listenersOf?: (source: string) => ReadonlyArray<EventListener>;
  readonly logger: Logger;
}): FollowedEvents {
  const { configuration, settings, listenersOf, logger } = options;
  const { sources: names, identitySubgraph } = configuration.events;
  const identity = (): SubgraphSettings | undefined =>
    settings().find(({ name }) => name === identitySubgraph);
  const sessions: SessionGuard | undefined = names.includes(identitySubgraph)
    ? createSessionGuard({
        isCurrent: (): boolean => sources.get(identitySubgraph)?.isCurrent() ?? false,
        introspect: async (token) => {
          const asked = identity();
          return asked === undefined || (await introspectToken(asked, token));
        },
        logger,
      })
    : undefined;
  const sources: EventSources = new EventSources({
    names,
    listenersOf: (source) => [
      ...(source === identitySubgraph && sessions !== undefined ? [sessions] : []),
      ...(listenersOf?.(source) ?? []),
    ],
    lookBackOf: (source) => (source === identitySubgraph ? LOOK_BACK_MILLISECONDS : undefined),
    silenceMilliseconds: SILENCE_MILLISECONDS,
    logger,
  });
  sources.follow(settings());
  return {
    sessions,
    sourceOf: (name) => sources.get(name),
    follow: () => sources.follow(settings()),
    stop: () => sources.stop(),
  };
}
