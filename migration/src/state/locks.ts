import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { quoteName, STATE_SCHEMA, type QualifiedName } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import { namesFor, quote, quoteText } from './names.js';

/** Waiting longer than this for tables would make the application wait behind us: let go and try again. */
const LOCK_TIMEOUT_MILLISECONDS = 200;

/** PostgreSQL's codes for a lock that was not to be had in time, and for a deadlock. */
const LOCK_CODES = new Set(['55P03', '40P01']);

export function isLockFailure(error: unknown): boolean {
  return LOCK_CODES.has((error as { code?: string }).code ?? '');
}

/**
 * Takes one mode of lock on all tables inside the transaction that the session is in. Gives up soon, so that nobody
 * queues behind it and PostgreSQL never has to end somebody else's transaction to resolve a deadlock.
 */
export async function lockTables(
  client: pg.Client,
  tables: ReadonlyArray<QualifiedName>,
  mode: 'SHARE' | 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE',
  timeoutMilliseconds = LOCK_TIMEOUT_MILLISECONDS,
): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${Math.max(1, Math.round(timeoutMilliseconds))}`);
  await client.query(`LOCK TABLE ${tables.map(quoteName).join(', ')} IN ${mode} MODE`);
}

/**
 * Runs work that gives up when locks are taken, again and again after short pauses, until they are to be had.
 *
 * @param options.milliseconds after which it is given up for good
 * @param options.message what somebody is told then
 * @throws {MigrationError} `TIMED_OUT`
 */
export async function retryOnLocks<Result>(
  work: () => Promise<Result>,
  { milliseconds, message }: { readonly milliseconds: number; readonly message: string },
): Promise<Result> {
  const end = performance.now() + milliseconds;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isLockFailure(error)) throw error;
      if (performance.now() > end) throw new MigrationError('TIMED_OUT', message, { cause: error });
      await sleep(50 + Math.random() * 200);
    }
  }
}

/** PostgreSQL lets an autovacuum go on for `deadlock_timeout`, a second by default, before it ends it for who waits. */
const MAINTENANCE_TIMEOUT_MILLISECONDS = 10_000;

/**
 * Waits until no VACUUM, ANALYZE or building of an index works on the tables, and keeps new ones out for as long as the
 * transaction lasts that the session is in; an autovacuum is ended. Who reads and writes does not wait for it, as they
 * would behind a stronger lock that waits for maintenance.
 *
 * @throws the server's error, for which {@link isLockFailure} holds, when it takes longer than ten seconds
 */
export async function keepMaintenanceOut(
  client: pg.Client,
  tables: ReadonlyArray<QualifiedName>,
): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${MAINTENANCE_TIMEOUT_MILLISECONDS}`);
  await client.query(`LOCK TABLE ${tables.map(quoteName).join(', ')} IN SHARE UPDATE EXCLUSIVE MODE`);
}

/** Puts the trigger that refuses writes on tables; open or closed. Running it again changes nothing. */
export async function ensureWriteLock(
  client: pg.Client,
  service: string,
  tables: ReadonlyArray<QualifiedName>,
  closed: boolean,
): Promise<void> {
  const trigger = quote(namesFor(service).lockTrigger);
  for (const table of tables) {
    const { rowCount } = await client.query(
      'SELECT 1 FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname = $2',
      [quoteName(table), namesFor(service).lockTrigger],
    );
    if (rowCount === 1) continue;
    await client.query(`
      CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${quoteName(table)}
        FOR EACH STATEMENT EXECUTE FUNCTION ${STATE_SCHEMA}.refuse_writes(${quoteText(service)})`);
    if (!closed) await client.query(`ALTER TABLE ${quoteName(table)} DISABLE TRIGGER ${trigger}`);
  }
}

/**
 * Opens or closes the tables of a service on one side, and says so to the service's processes, in the transaction that
 * the session is in. It waits for transactions that write to end; those that begin later see the change.
 */
export async function setWriteLock(
  client: pg.Client,
  service: string,
  tables: ReadonlyArray<QualifiedName>,
  closed: boolean,
): Promise<void> {
  const trigger = quote(namesFor(service).lockTrigger);
  for (const table of tables) {
    // Not ALWAYS: replication is to pass.
    await client.query(`ALTER TABLE ${quoteName(table)} ${closed ? 'ENABLE' : 'DISABLE'} TRIGGER ${trigger}`);
  }
  await client.query(`UPDATE ${STATE_SCHEMA}.place SET open = $2 WHERE service = $1`, [service, !closed]);
}

/** Whether every table refuses writes, none does, or the trigger was removed from some. */
export async function readWriteLock(
  client: pg.Client,
  service: string,
  tables: ReadonlyArray<QualifiedName>,
): Promise<'closed' | 'open' | 'damaged'> {
  const { rows } = await client.query<{ enabled: string | null }>(
    `SELECT (SELECT tgenabled FROM pg_trigger WHERE tgrelid = given.name::regclass AND tgname = $2) AS enabled
       FROM unnest($1::text[]) AS given (name)`,
    [tables.map(quoteName), namesFor(service).lockTrigger],
  );
  if (rows.every(({ enabled }) => enabled === 'O')) return 'closed';
  return rows.every(({ enabled }) => enabled === 'D') ? 'open' : 'damaged';
}
