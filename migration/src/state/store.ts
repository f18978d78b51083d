import type pg from 'pg';
import { STATE_SCHEMA } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import type { Side } from './objects.js';
import { PHASES, type Phase } from './phases.js';

/** What the source remembers about one service. */
export interface ServiceState {
  readonly phase: Phase;
  readonly writesTo: Side;
  /** Identity of the target database: see {@link databaseIdentity}. */
  readonly target: string;
  readonly details: StateDetails;
  readonly updatedAt: Date;
}

export interface StateDetails {
  /** How often the copy was begun anew because its slot was lost. */
  readonly restarts?: number;
  /** Tables as they were when streaming began, to notice DDL: a digest a table. */
  readonly shapes?: Readonly<Record<string, string>>;
  /** Whether a reverse stream exists. */
  readonly reverse?: boolean;
  readonly lastSwitch?: { readonly to: Side; readonly at: string; readonly outageMilliseconds: number };
}

/** @returns undefined when the service was never started, or nothing was ever migrated from this database */
export async function readState(source: pg.Client, service: string): Promise<ServiceState | undefined> {
  const exists = await source.query<{ found: boolean }>(
    `SELECT to_regclass('${STATE_SCHEMA}.service') IS NOT NULL AS found`,
  );
  if (exists.rows[0]?.found !== true) return undefined;
  const { rows } = await source.query<{
    phase: string;
    writes_to: Side;
    target: string;
    details: StateDetails;
    updated_at: Date;
  }>(`SELECT phase, writes_to, target, details, updated_at FROM ${STATE_SCHEMA}.service WHERE name = $1`, [
    service,
  ]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const phase = PHASES.find((known) => known === row.phase);
  if (phase === undefined) {
    throw new MigrationError(
      'WRONG_STATE',
      `${service} is in the state "${row.phase}", which this version does not know.`,
    );
  }
  return {
    phase,
    writesTo: row.writes_to,
    target: row.target,
    details: row.details,
    updatedAt: row.updated_at,
  };
}

/** Writes down that a service begins to move. */
export async function createState(source: pg.Client, service: string, target: string): Promise<void> {
  await source.query(
    `INSERT INTO ${STATE_SCHEMA}.service (name, phase, target) VALUES ($1, 'preparing', $2) ON CONFLICT DO NOTHING`,
    [service, target],
  );
}

/** Writes down where a service stands, in the transaction that the session is in, if any. */
export async function writeState(
  source: pg.Client,
  service: string,
  change: { readonly phase?: Phase; readonly writesTo?: Side; readonly details?: StateDetails },
): Promise<void> {
  const { rowCount } = await source.query(
    `UPDATE ${STATE_SCHEMA}.service
        SET phase = coalesce($2, phase), writes_to = coalesce($3, writes_to), details = details || $4::jsonb,
            updated_at = clock_timestamp()
      WHERE name = $1`,
    [service, change.phase ?? null, change.writesTo ?? null, JSON.stringify(change.details ?? {})],
  );
  if (rowCount !== 1)
    throw new MigrationError('WRONG_STATE', `The state of ${service} is gone from the source.`);
}

/** Tells databases apart, whatever address they are reached by. */
export async function databaseIdentity(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ identity: string }>(
    `SELECT system_identifier || '/' || current_database() AS identity FROM pg_control_system()`,
  );
  return rows[0]?.identity ?? '';
}
