import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openSession } from '../database/index.js';

/**
 * Tells the other processes of a service that one of them has appended. It is a hint and nothing more: what it says is
 * read from the log, and a hint that is lost costs a moment, since the log is looked at anyway.
 */
export interface AppendHints {
  /** Sends a hint soon; many at once become one. */
  send(): void;
  close(): void;
}

/** A burst of appends costs this many hints a second at most, whatever its size. */
const HINTS_A_SECOND = 50;
const RECONNECT_MILLISECONDS = 5_000;

/**
 * Makes the hints of one process. They travel by NOTIFY in a transaction of its own: inside the transaction of the
 * change it would make all commits of the server wait for one another. A pooler in transaction mode does not carry
 * LISTEN; then nothing arrives, and the log is looked at as often as without hints.
 *
 * @param pool the service's own
 * @param onHint called for hints of the other processes
 */
export function createAppendHints(pool: pg.Pool, onHint: () => void): AppendHints {
  const self = randomUUID();
  let listener: pg.Client | undefined;
  let reconnecting: NodeJS.Timeout | undefined;
  let sending: NodeJS.Timeout | undefined;
  let sentAt = 0;
  let isClosed = false;

  const connect = async (): Promise<void> => {
    let client: pg.Client | undefined;
    let isOver = false;
    const retry = (): void => {
      if (!isOver && !isClosed) {
        isOver = true;
        reconnecting = setTimeout(() => void connect(), RECONNECT_MILLISECONDS).unref();
      }
      client?.end().catch(() => undefined);
    };
    try {
      // Not one of the pool's: it stays for good, and the pool is for work.
      client = await openSession(pool);
      listener = client;
      if (isClosed) {
        await client.end();
        return;
      }
      client.on('error', retry).on('end', retry);
      client.on('notification', ({ payload }) => {
        if (payload !== self) {
          onHint();
        }
      });
      // Not in the types: a process that ends does not wait for it.
      (client as unknown as { unref(): void }).unref();
      const { rows } = await client.query<{ channel: string }>(`SELECT ${CHANNEL} AS channel`);
      await client.query(`LISTEN ${pg.escapeIdentifier(rows[0]?.channel ?? 'outbox')}`);
      // What was appended before somebody listened.
      onHint();
    } catch {
      // The pool's own failures are told where the log is read; a hint less is none.
      retry();
    }
  };
  void connect();

  // Not a part of the request that appended: its statements are counted.
  const send = AsyncResource.bind((): void => {
    sending = undefined;
    sentAt = Date.now();
    // Lost when the database is away: then there is nothing to tell either.
    pool.query(`SELECT pg_notify(${CHANNEL}, $1)`, [self]).catch(() => undefined);
  });
  return {
    send() {
      const pause = sentAt + 1_000 / HINTS_A_SECOND - Date.now();
      if (!isClosed) {
        sending ??= setTimeout(send, Math.max(0, pause)).unref();
      }
    },
    close() {
      isClosed = true;
      clearTimeout(reconnecting);
      clearTimeout(sending);
      listener?.end().catch(() => undefined);
    },
  };
}

/** One a service, also where several share a database; PostgreSQL takes 63 bytes. */
const CHANNEL = `left('outbox ' || current_schema(), 63)`;
