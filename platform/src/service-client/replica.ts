import { errors, Pool } from 'undici';
import { CALLER_HEADER, SECRET_HEADER } from '../identity/index.js';
import {
  beginPiece,
  codeOf,
  currentRequest,
  formatTraceparent,
  type TraceContext,
} from '../telemetry/index.js';

/** One process of the service that is asked. */
export interface Replica {
  readonly url: string;
  /** Sends a GraphQL request and gives the parsed JSON of its answer, whatever the HTTP status. */
  send(body: string, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

/** Below the 30 s for which our servers keep idle connections, so that it is the client who closes. */
const KEEP_ALIVE_MILLISECONDS = 20_000;
const MAXIMUM_CONNECTIONS = 32;
const MAXIMUM_ANSWER_BYTES = 8 * 1024 * 1024;

/** A gateway or an ending process says so, and has not begun with the request. */
const AWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);
const AWAY_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The replica answered that it cannot serve now. */
class ReplicaAwayError extends Error {}

/** Tells whether an error says that this replica cannot be reached, so that another one may be asked. */
export function isReplicaAway(error: unknown): boolean {
  return (
    error instanceof ReplicaAwayError ||
    error instanceof errors.SocketError ||
    error instanceof errors.ConnectTimeoutError ||
    (error instanceof AggregateError && error.errors.some((inner) => isReplicaAway(inner))) ||
    AWAY_CODES.has(String((error as NodeJS.ErrnoException | null)?.code))
  );
}

/** Opens the pool of one replica; nothing connects before the first request. */
export function createReplica(options: {
  readonly url: string;
  readonly caller: string;
  readonly secret: string;
  readonly timeoutMilliseconds: number;
}): Replica {
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: MAXIMUM_CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    keepAliveMaxTimeout: KEEP_ALIVE_MILLISECONDS,
    connect: { timeout: options.timeoutMilliseconds },
    maxResponseSize: MAXIMUM_ANSWER_BYTES,
  });
  const exchange = async (
    body: string,
    signal: AbortSignal,
    trace: TraceContext | undefined,
  ): Promise<unknown> => {
    const response = await pool.request({
      path: `${pathname}${search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        [CALLER_HEADER]: options.caller,
        [SECRET_HEADER]: options.secret,
        ...(trace === undefined ? {} : { traceparent: formatTraceparent(trace) }),
      },
      body,
      signal,
    });
    const text = await response.body.text();
    if (AWAY_STATUSES.has(response.statusCode)) {
      throw new ReplicaAwayError(`HTTP status ${response.statusCode}`);
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`HTTP status ${response.statusCode} without JSON`);
    }
  };
  return {
    url: options.url,
    async send(body, signal) {
      const span = beginPiece({ name: 'POST', kind: 'client', attributes: { 'server.address': origin } });
      try {
        return await exchange(body, signal, span?.trace ?? currentRequest()?.trace);
      } catch (error) {
        span?.fail(codeOf(error));
        throw error;
      } finally {
        span?.end();
      }
    },
    close: () => pool.close(),
  };
}
