import { withClient } from './postgresql-schema.js';
import { MigrationError } from './migration-error.js';

/**
 * The advisory lock that everybody who migrates a database takes: the first bytes of "migr" and "deploy". It is
 * one for the whole database, because services that share a database also share the engine's own lock, and that
 * one gives up after ten seconds.
 */
const LOCK_KEY = [0x6d696772, 0x6465706c] as const;

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
    await client.query(`SET lock_timeout = ${String(Math.max(1, Math.round(timeoutMilliseconds)))}`);
    try {
      await client.query('SELECT pg_advisory_lock($1, $2)', [...LOCK_KEY]);
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw cause;
      throw new MigrationError(
        'MIGRATION_LOCK_TIMEOUT',
        `Another process is still migrating this database after ${String(timeoutMilliseconds)} ms. Wait for it, or end it, and try again.`,
        [],
        { cause },
      );
    }
    return work();
  });
}
