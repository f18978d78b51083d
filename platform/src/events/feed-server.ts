import type { IncomingMessage, ServerResponse } from 'node:http';
import type pg from 'pg';
import { isDatabaseUnavailable } from '../database/index.js';
import { ApplicationError, describeCause } from '../errors/index.js';
import type { CallerVerifier } from '../identity/index.js';
import type { Logger } from '../telemetry/index.js';
import { answerWithPages } from './feed-answer.js';
import { readFeedQuery } from './feed-query.js';
import { FEED_REFUSALS, FeedRefusal } from './feed-refusal.js';
import { createAppendHints } from './append-hints.js';
import { createSettledLog, type SettledLog } from './settled-log.js';

/** A service's outbox as an ordered feed over HTTP. */
export interface EventFeed {
  /** Answers `GET /events`: mount it at that path. Nothing that goes wrong is left to others. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Says that this process has just appended, for the event to be seen within milliseconds. */
  readonly touch: () => void;
  /** The watch over the outbox, for a relay to share. */
  readonly log: SettledLog;
  /** Ends all open answers, so that the server can drain; later requests are refused. */
  readonly stop: () => void;
}

export interface EventFeedOptions {
  /** The service's name. */
  readonly source: string;
  /** The service's own pool, on the primary that takes its writes. */
  readonly pool: pg.Pool;
  readonly verifyCaller: CallerVerifier;
  readonly logger: Logger;
  /** How often a silent answer says that it is alive, 3 s when not given. */
  readonly heartbeatMilliseconds?: number;
  /** How often to look for what other processes append when nothing happens, 1 s when not given. */
  readonly idleMilliseconds?: number;
}

/**
 * Makes the feed.
 *
 * `GET /events?after=start|tail|POSITION|TIME&types=A,B&wait=MILLISECONDS&heartbeat=MILLISECONDS&limit=COUNT&consumer=NAME` answers with lines of
 * JSON (`application/x-ndjson`), each a page: `after` and `position`, between which it lies, and its `events` as
 * CloudEvents, in order and without a hole. The first comes at once. Then, for as long as `wait` says, pages come as
 * events happen, and a page without events as a heartbeat. `elapsed` says how long after the request, in milliseconds,
 * the log was looked at for the page: everything that had committed by then is told. A page that was cut off has none. A line with `error` ends the answer. `types` leaves the
 * others out and moves the position over them. With `consumer`, retention keeps what comes after the position.
 *
 * A refusal is JSON `{ "error": { "code", "message" } }` with the code's HTTP status: see {@link FEED_REFUSALS}.
 */
export function createEventFeed(options: EventFeedOptions): EventFeed {
  const { source, pool, logger, verifyCaller, heartbeatMilliseconds = 3_000, idleMilliseconds } = options;
  const ending = new AbortController();
  const log = createSettledLog({ pool, ...(idleMilliseconds === undefined ? {} : { idleMilliseconds }) });

  const hints = createAppendHints(pool, () => log.touch());

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const caller = verifyCaller(request.headers);
    const query = readFeedQuery(request);
    if (ending.signal.aborted) {
      throw new FeedRefusal('SHUTTING_DOWN', `This process of \`${source}\` is ending; ask again.`);
    }
    await answerWithPages({
      source,
      pool,
      log,
      heartbeatMilliseconds,
      ending: ending.signal,
      caller,
      query,
      response,
    });
  };

  return {
    handle(request, response) {
      answer(request, response).catch((error: unknown) => {
        const refusal = toRefusal(error, source);
        if (refusal === undefined) {
          logger.error({ err: error }, 'the event feed failed');
        } else if (refusal.isPassing) {
          logger.warn({ cause: describeCause(error) }, 'the event feed cannot be read');
        }
        refuse(response, refusal);
      });
    },
    touch() {
      log.touch();
      hints.send();
    },
    log,
    stop() {
      ending.abort();
      hints.close();
    },
  };
}

function toRefusal(error: unknown, source: string): FeedRefusal | undefined {
  if (error instanceof FeedRefusal) {
    return error;
  }
  if (error instanceof ApplicationError && error.code === 'CALLER_REFUSED') {
    return new FeedRefusal(
      'CALLER_REFUSED',
      `Only the other services may read the events of \`${source}\`: send the caller's name and its secret.`,
    );
  }
  return isDatabaseUnavailable(error)
    ? new FeedRefusal(
        'DATABASE_UNAVAILABLE',
        `The database of \`${source}\` does not answer; try again shortly.`,
        {
          cause: error,
        },
      )
    : undefined;
}

/** Says why as a status, or, when pages have gone out already, as the last line. */
function refuse(response: ServerResponse, refusal: FeedRefusal | undefined): void {
  const error =
    refusal === undefined
      ? {
          code: 'INTERNAL_SERVER_ERROR',
          message: 'Something went wrong; the log of the service has the cause.',
        }
      : { code: refusal.code, message: refusal.message };
  if (!response.headersSent) {
    response.writeHead(refusal === undefined ? 500 : FEED_REFUSALS[refusal.code].status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
  }
  response.end(`${JSON.stringify({ error })}\n`);
}
