import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { describeCause } from '../errors/index.js';
import { CALLER_HEADER, SECRET_HEADER } from '../identity/index.js';
import type { Logger } from '../telemetry/index.js';
import { readFeedPages, readFeedRefusal } from './feed-pages.js';
import { FeedRefusal } from './feed-refusal.js';
import { formatPosition, type Position } from './position.js';
import type { EventPage, EventTransport, FollowOptions } from './transport.js';

/** What the feed alone can say. */
export interface HttpTransport extends EventTransport {
  /** The place before the first event that happened at a time or later. Throws like `head`. */
  positionAt(time: Date, signal?: AbortSignal): Promise<Position>;
}

export interface HttpTransportOptions {
  /** The service whose events are read. */
  readonly source: string;
  /** The `/events` address of each of its replicas. */
  readonly urls: ReadonlyArray<string>;
  /** The name under which this process asks. */
  readonly caller: string;
  /** The secret of this pair of caller and service. */
  readonly secret: string;
  readonly logger: Logger;
  /** How long one answer stays open, 30 s when not given. */
  readonly waitMilliseconds?: number;
  /** How often a silent answer shall say that it is alive, 100 or more; as the feed likes when not given. */
  readonly heartbeatMilliseconds?: number;
  /** After how long a silence the source counts as gone, 10 s when not given; above the feed's heartbeat. */
  readonly silenceMilliseconds?: number;
  /** Pauses between attempts grow from the first to the second, 100 ms and 10 s when not given. */
  readonly retryMilliseconds?: readonly [least: number, most: number];
}

/**
 * Makes the transport that reads a source's HTTP feed. It goes on after a broken connection, a silent one and a
 * source that is away, with growing pauses, and asks the replicas in turn.
 *
 * @throws when there is no address or no secret
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const {
    source,
    urls,
    caller,
    secret,
    logger,
    waitMilliseconds = 30_000,
    heartbeatMilliseconds,
    silenceMilliseconds = 10_000,
  } = options;
  const [least, most] = options.retryMilliseconds ?? [100, 10_000];
  if (urls.length === 0 || secret === '') {
    throw new Error(`The events of ${source} need an address and a secret.`);
  }
  const agent = new Agent({
    connect: { timeout: 3_000 },
    headersTimeout: silenceMilliseconds,
    bodyTimeout: silenceMilliseconds,
    keepAliveTimeout: 20_000,
  });
  let turn = 0;

  const ask = async function* (
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): AsyncGenerator<EventPage> {
    const url = new URL(urls[turn % urls.length] as string);
    url.search = new URLSearchParams(query).toString();
    const askedAt = performance.now();
    const response = await request(url, {
      dispatcher: agent,
      headers: { accept: 'application/x-ndjson', [CALLER_HEADER]: caller, [SECRET_HEADER]: secret },
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.statusCode !== 200) {
      throw readFeedRefusal(source, response.statusCode, await response.body.text());
    }
    yield* readFeedPages(source, response.body, askedAt);
  };

  const askOnce = async (
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<EventPage> => {
    for await (const page of ask(query, signal)) {
      return page;
    }
    throw new Error(`the feed of ${source} ended without a page`);
  };

  return {
    source,
    async *follow({ consumer, after, types, signal }: FollowOptions) {
      let place = after;
      let failures = 0;
      while (!signal.aborted) {
        try {
          const query = {
            after: typeof place === 'string' ? place : formatPosition(place),
            wait: String(waitMilliseconds),
            ...(heartbeatMilliseconds === undefined ? {} : { heartbeat: String(heartbeatMilliseconds) }),
            ...(types === undefined ? {} : { types: types.join(',') }),
            ...(consumer === undefined ? {} : { consumer }),
          };
          for await (const page of ask(query, signal)) {
            failures = 0;
            place = page.position;
            yield page;
          }
        } catch (error) {
          if (signal.aborted) {
            return;
          }
          if (error instanceof FeedRefusal && !error.isPassing) {
            throw error;
          }
          turn += 1;
          failures += 1;
          const pause = Math.min(most, least * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
          logger.warn(
            { source, failures, cause: describeCause(error) },
            'the events of a source cannot be read',
          );
          await sleep(pause, undefined, { signal }).catch(() => undefined);
        }
      }
    },
    async head(signal) {
      return (await askOnce({ after: 'tail', wait: '0' }, signal)).position;
    },
    async positionAt(time, signal) {
      return (await askOnce({ after: time.toISOString(), wait: '0', limit: '1' }, signal)).after;
    },
    close: () => agent.destroy(),
  };
}
