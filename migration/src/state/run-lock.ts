import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { MigrationError } from '../errors/index.js';

/** What a session of this tool calls itself; the part after the command tells who it is. */
export function applicationNameFor(command: string, service: string): string {
  return `migration ${command} ${service} pid ${process.pid} on ${hostname()}`.slice(0, 63);
}

/** A guard lets the clients of a killed command go on, and ends. */
const GUARD = 'migration guard ';
const LONGEST_WAIT_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 100;

/**
 * Makes sure that one command at a time works on a service. The lock belongs to the session, so that it is gone with
 * the process, however that ends. The guard of a command that was killed is waited for: it is quick, and what it leaves is
 * what the next command goes on from.
 *
 * @param source the session that holds the lock from now on
 * @throws {MigrationError} `ALREADY_RUNNING` with who holds it
 */
export async function acquireRunLock(source: pg.Client, service: string): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MILLISECONDS;
  for (;;) {
    const { rows } = await source.query<{ acquired: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('supergraph migration'), hashtext($1)) AS acquired`,
      [service],
    );
    if (rows[0]?.acquired === true) return;
    const holder = await findHolder(source, service);
    const isGuard = holder === undefined || holder.application.startsWith(GUARD);
    if (!isGuard || performance.now() >= end) throw refusal(service, holder);
    await sleep(POLL_MILLISECONDS);
  }
}

interface Holder {
  readonly application: string;
  readonly address: string | null;
  readonly since: Date;
}

async function findHolder(source: pg.Client, service: string): Promise<Holder | undefined> {
  const { rows } = await source.query<Holder>(
    `SELECT coalesce(a.application_name, 'a session of another role') AS application, host(a.client_addr) AS address, a.backend_start AS since
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.classid = (hashtext('supergraph migration')::bigint & 4294967295)::oid
        AND l.objid = (hashtext($1)::bigint & 4294967295)::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [service],
  );
  return rows[0];
}

function refusal(service: string, holder: Holder | undefined): MigrationError {
  const who =
    holder === undefined
      ? 'a command that has just ended'
      : `${holder.application} (from ${holder.address ?? 'the server itself'}, since ${holder.since.toISOString()})`;
  return new MigrationError(
    'ALREADY_RUNNING',
    `Another command is at work on ${service}: ${who}. Wait for it, or end it and run this again.`,
  );
}
