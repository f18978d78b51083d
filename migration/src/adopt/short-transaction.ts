import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { displayName, quoteName, type QualifiedName } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';

/** How patient to be with those who work on the tables. */
export interface Patience {
  /** How long a try waits for its lock; everybody else who wants the table waits as long. Default 200. */
  readonly lockMilliseconds?: number | undefined;
  /** How long to go on trying. Default 60,000. */
  readonly totalMilliseconds?: number | undefined;
}

/**
 * Runs work in a transaction that takes the lock of a table first and gives up soon when it does not get it, so that
 * nobody queues behind it for long; then tries again.
 *
 * @throws {MigrationError} `TIMED_OUT`, with who holds the table; nothing was changed then
 */
export async function withTableLocked<Result>(
  client: pg.Client,
  relation: QualifiedName,
  patience: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  const { lockMilliseconds = 200, totalMilliseconds = 60_000 } = patience;
  const deadline = Date.now() + totalMilliseconds;
  for (let pause = 50; ; pause = Math.min(pause * 2, 2_000)) {
    try {
      return await inTransaction(client, async () => {
        await client.query(`SET LOCAL lock_timeout = ${Math.max(1, Math.round(lockMilliseconds))}`);
        await client.query(`LOCK TABLE ${quoteName(relation)} IN ACCESS EXCLUSIVE MODE`);
        return await work();
      });
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || !TRY_AGAIN.has(error.code ?? '')) throw error;
      if (Date.now() > deadline) {
        throw new MigrationError(
          'TIMED_OUT',
          `${displayName(relation)} was never free for ${totalMilliseconds / 1000} s. ${await holdersOf(client, relation)}` +
            'Wait for long transactions to end, or end them, and run this again: it goes on where it stopped.',
          { cause: error },
        );
      }
      // Not in step with a client that comes back at a regular pace.
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}

/** The lock was not to be had, or two waited for each other. */
const TRY_AGAIN: ReadonlySet<string> = new Set(['55P03', '40P01']);

async function holdersOf(client: pg.Client, relation: QualifiedName): Promise<string> {
  const { rows } = await client.query<{
    pid: number;
    application: string;
    state: string;
    since: Date | null;
  }>(
    `SELECT DISTINCT a.pid, a.application_name AS application, coalesce(a.state, '?') AS state, a.xact_start AS since
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.relation = to_regclass($1) AND l.granted AND l.pid <> pg_backend_pid()
      ORDER BY 4 NULLS LAST LIMIT 3`,
    [quoteName(relation)],
  );
  if (rows.length === 0) return '';
  const holders = rows.map(
    ({ pid, application, state, since }) =>
      `process ${pid} (${application || 'unnamed'}, ${state}${since === null ? '' : `, since ${since.toISOString()}`})`,
  );
  return `It is held by ${holders.join(', ')}. `;
}
