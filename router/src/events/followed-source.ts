import { describeCause } from '@supergraph/platform/errors';
import {
  FeedRefusal,
  parseEnvelope,
  type HttpTransport,
  type Position,
  type ReceivedEvent,
} from '@supergraph/platform/events';
import type { Logger } from '@supergraph/platform/telemetry';

/** What somebody in the router does with the events of one source. */
export interface EventListener {
  onEvent(event: ReceivedEvent): void;
  /** Events may have been missed, or the log began anew: whatever was concluded from it is void. */
  onReset(): void;
  /** The source is followed from here on; what was told before is not. */
  onBegin?(): void;
}

/** The events of one subgraph as this process of the router follows them. It keeps nothing on disk. */
export interface FollowedSource {
  readonly source: string;
  /** Whether everything is known that the source told until a moment ago: it was heard within the bound. */
  isCurrent(): boolean;
  /**
   * A moment, in the milliseconds of `performance.now()`: everything that had committed by then was told and heard.
   * `-Infinity` while it is not known.
   */
  completeAt(): number;
  /** Up to where it was followed; undefined before the first page. */
  position(): Position | undefined;
  stop(): Promise<void>;
}

/**
 * Follows a source from now on, or from some time back. A router that starts begins with the tail, and so does one
 * whose place is lost; its listeners are told to forget.
 *
 * @param options.lookBackMilliseconds how long before now to begin
 * @param options.silenceMilliseconds after how long without a page the source counts as silent
 */
export function followSource(options: {
  readonly transport: HttpTransport;
  readonly listeners: ReadonlyArray<EventListener>;
  readonly logger: Logger;
  readonly lookBackMilliseconds?: number;
  readonly silenceMilliseconds: number;
}): FollowedSource {
  const { transport, listeners, logger, lookBackMilliseconds, silenceMilliseconds } = options;
  const { source } = transport;
  const ending = new AbortController();
  const { signal } = ending;
  let heardAt = -Infinity;
  let completeAt = -Infinity;
  let place: Position | undefined;

  const begin = (): Promise<Position> =>
    lookBackMilliseconds === undefined
      ? transport.head(signal)
      : transport.positionAt(new Date(Date.now() - lookBackMilliseconds), signal);

  const follow = async (): Promise<void> => {
    if (place === undefined) {
      place = await begin();
      listeners.forEach((listener) => listener.onBegin?.());
    }
    for await (const page of transport.follow({ after: place, signal })) {
      for (const envelope of page.events) {
        const parsed = parseEnvelope(envelope);
        if (parsed.type === 'event') {
          listeners.forEach((listener) => listener.onEvent(parsed.event));
        } else {
          // What it changed is not known, so everything may have changed.
          logger.error({ source, detail: parsed.detail }, 'an event cannot be read');
          listeners.forEach((listener) => listener.onReset());
        }
      }
      place = page.position;
      heardAt = performance.now();
      completeAt = Math.max(completeAt, page.completeAt ?? -Infinity);
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await follow();
        failures = 0;
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        if (error instanceof FeedRefusal && error.losesPosition) {
          place = undefined;
          heardAt = -Infinity;
          completeAt = -Infinity;
          listeners.forEach((listener) => listener.onReset());
        }
        failures += 1;
        logger.warn(
          { source, failures, cause: describeCause(error) },
          'the events of a subgraph cannot be followed',
        );
        await pause(Math.min(5_000, 100 * 2 ** failures), signal);
      }
    }
  };

  const running = run();
  return {
    source,
    isCurrent: () => performance.now() - heardAt < silenceMilliseconds,
    completeAt: () => completeAt,
    position: () => place,
    async stop() {
      ending.abort();
      await running;
      await transport.close();
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
