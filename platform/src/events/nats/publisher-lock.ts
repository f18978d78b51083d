import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { openSession } from '../../database/index.js';

/** The right to publish a service's log: one process at a time has it. */
export interface PublisherLock {
  /** Aborted when it is lost, since its connection is. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Advisory locks have two numbers; this is the first, the second is the log's own. */
const LOCK_CLASS = 1_919_249_505;
const KEEP_ALIVE_MILLISECONDS = 5_000;

/**
 * Waits for the right to publish. It lies in the outbox's own database, in a transaction that stays open without a
 * snapshot: the server gives it to the next when the process, its machine or the connection ends, it passes through a
 * pooler in transaction mode, and it holds up nobody's VACUUM.
 *
 * @param pool the service's own; the lock has a connection beside it
 * @param pollMilliseconds how often one who waits asks
 * @returns undefined when the signal ended the wait
 */
export async function acquirePublisherLock(
  pool: pg.Pool,
  signal: AbortSignal,
  pollMilliseconds: number,
): Promise<PublisherLock | undefined> {
  const client = await openSession(pool);
  const lost = new AbortController();
  const lose = (): void => lost.abort();
  client.on('error', lose).on('end', lose);
  const end = async (): Promise<void> => {
    lose();
    await client.end().catch(() => undefined);
  };
  try {
    while (!signal.aborted) {
      await client.query('BEGIN');
      const { rows } = await client.query<{ locked: boolean }>(
        `SELECT pg_try_advisory_xact_lock(${LOCK_CLASS}, 'outbox_sequence'::regclass::oid::int4) AS locked`,
      );
      if (rows[0]?.locked === true) {
        await client.query(
          `SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL tcp_keepalives_idle = 5;
           SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 2`,
        );
        keepAlive(client, lost, end);
        return { lost: lost.signal, release: end };
      }
      await client.query('ROLLBACK');
      await sleep(pollMilliseconds, undefined, { signal }).catch(() => undefined);
    }
    await end();
    return undefined;
  } catch (error) {
    await end();
    throw error;
  }
}

/** Finds out that the server is gone without having said so. */
function keepAlive(client: pg.Client, lost: AbortController, end: () => Promise<void>): void {
  let isPending = false;
  const timer = setInterval(() => {
    if (isPending) {
      void end();
      return;
    }
    isPending = true;
    client.query('SELECT 1').then(
      () => (isPending = false),
      () => void end(),
    );
  }, KEEP_ALIVE_MILLISECONDS).unref();
  lost.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
