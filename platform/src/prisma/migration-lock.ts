import type pg from 'pg';
import { withClient } from './postgresql-schema.js';
import { MigrationError } from './migration-error.js';

/**
 * The advisory lock that everybody who migrates a database takes: the first bytes of "migr" and "deploy". It is
 * one for the whole database, because services that share a database also share the engine's own lock, and that
 * one gives up after ten seconds.
 */
const LOCK_KEY = [0x6d696772, 0x6465706c] as const;

/** Held by the transaction of a migration's script, which the server may go on with when its client is gone. */
const SCRIPT_KEY = [LOCK_KEY[0], LOCK_KEY[1] + 1] as const;

/** The statement by which a migration's script tells, for as long as its transaction lasts, that it is running. */
export const lockScript = `SELECT pg_advisory_xact_lock(${SCRIPT_KEY.join(', ')})`;

/** PostgreSQL's code for `lock_not_available`. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs `work` while no other process migrates the same database. The lock belongs to a session of its own, so it
 * is freed by the server as soon as this process is gone, however it ends. It needs a direct connection: a pooler
 * in transaction mode moves a session's locks to strangers.
 *
 * @param timeoutMilliseconds how long to wait for the others.
 * @throws MigrationError MIGRATION_LOCK_TIMEOUT when they take longer.
 */
export async function withMigrationLock<Result>(
  connectionString: string,
  timeoutMilliseconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  return withClient(connectionString, async (client) => {
    await takeLock(client, LOCK_KEY, timeoutMilliseconds);
    return work();
  });
}

/**
 * Waits until no migration's script is running in the database: that of a process which was killed may still be.
 *
 * @throws MigrationError MIGRATION_LOCK_TIMEOUT
 */
export async function waitForRunningScript(
  connectionString: string,
  timeoutMilliseconds: number,
): Promise<void> {
  await withClient(connectionString, (client) => takeLock(client, SCRIPT_KEY, timeoutMilliseconds));
}

async function takeLock(
  client: pg.Client,
  key: readonly [number, number],
  timeoutMilliseconds: number,
): Promise<void> {
  await client.query(`SET lock_timeout = ${String(Math.max(1, Math.round(timeoutMilliseconds)))}`);
  try {
    await client.query('SELECT pg_advisory_lock($1, $2)', [...key]);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw cause;
    throw new MigrationError(
      'MIGRATION_LOCK_TIMEOUT',
      `Another process is still migrating this database after ${String(timeoutMilliseconds)} ms. Wait for it, or end it, and try again.`,
      [],
      { cause },
    );
  }
}
