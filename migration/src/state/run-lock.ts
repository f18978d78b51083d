import { hostname } from 'node:os';
import type pg from 'pg';
import { MigrationError } from '../errors/index.js';

/** What a session of this tool calls itself; the part after the command tells who it is. */
export function applicationNameFor(command: string, service: string): string {
  return `migration ${command} ${service} pid ${process.pid} on ${hostname()}`.slice(0, 63);
}

/**
 * Makes sure that one command at a time works on a service. The lock belongs to the session, so that it is gone with
 * the process, however that ends.
 *
 * @param source the session that holds the lock from now on
 * @throws {MigrationError} `ALREADY_RUNNING` with who holds it
 */
export async function acquireRunLock(source: pg.Client, service: string): Promise<void> {
  const { rows } = await source.query<{ acquired: boolean }>(
    `SELECT pg_try_advisory_lock(hashtext('supergraph migration'), hashtext($1)) AS acquired`,
    [service],
  );
  if (rows[0]?.acquired === true) return;
  const holders = await source.query<{ application: string; address: string | null; since: Date }>(
    `SELECT a.application_name AS application, host(a.client_addr) AS address, a.backend_start AS since
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.classid = (hashtext('supergraph migration')::bigint & 4294967295)::oid
        AND l.objid = (hashtext($1)::bigint & 4294967295)::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [service],
  );
  const [holder] = holders.rows;
  const who =
    holder === undefined
      ? 'a command that has just ended'
      : `${holder.application} (from ${holder.address ?? 'the server itself'}, since ${holder.since.toISOString()})`;
  throw new MigrationError(
    'ALREADY_RUNNING',
    `Another command is at work on ${service}: ${who}. Wait for it, or end it and run this again.`,
  );
}
