import {
  readEnvironment,
  secretVariable,
  urlListVariable,
  type EnvironmentSource,
} from '@supergraph/platform/configuration';
import { z } from 'zod';
import { MigrationError } from '../errors/index.js';

/** The two databases of a service's move, each as this tool and as the other server reach it. */
export interface Endpoints {
  readonly source: string;
  readonly target: string;
  readonly sourceForServers: string;
  readonly targetForServers: string;
}

/** Where a gate is reached, as far as the mapping names one. */
export interface GateAddresses {
  /** Base addresses of the service's processes, all of them. */
  readonly urls: ReadonlyArray<string>;
  readonly secret: string | undefined;
  /** PgBouncer's admin console. */
  readonly pgbouncer: string | undefined;
}

export interface MoveSettings {
  readonly endpoints: Endpoints;
  readonly gate: GateAddresses;
}

/**
 * Reads where everything is from the environment. `SERVICE` is the service's name in capitals.
 * - `MIGRATION_SOURCE_URL`, `MIGRATION_SERVICE_TARGET_URL`: as the owner of the tables, with REPLICATION
 * - `MIGRATION_SOURCE_SERVER_URL`, `MIGRATION_SERVICE_TARGET_SERVER_URL`: the same as the other PostgreSQL server
 *   reaches them, where that differs
 * - `MIGRATION_SERVICE_GATE_URLS`, `MIGRATION_GATE_SECRET`: the gate inside the service's processes
 * - `MIGRATION_PGBOUNCER_URL`: the admin console
 *
 * @throws ConfigurationError
 */
export function readMoveSettings(service: string, source?: EnvironmentSource): MoveSettings {
  const prefix = `MIGRATION_${service.toUpperCase()}`;
  const values: Readonly<Record<string, unknown>> = readEnvironment(
    {
      MIGRATION_SOURCE_URL: postgresUrl(),
      [`${prefix}_TARGET_URL`]: postgresUrl(),
      MIGRATION_SOURCE_SERVER_URL: postgresUrl().optional(),
      [`${prefix}_TARGET_SERVER_URL`]: postgresUrl().optional(),
      [`${prefix}_GATE_URLS`]: urlListVariable().optional(),
      MIGRATION_GATE_SECRET: secretVariable().optional(),
      MIGRATION_PGBOUNCER_URL: postgresUrl().optional(),
    },
    source,
  );
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const sourceUrl = text('MIGRATION_SOURCE_URL') ?? '';
  const targetUrl = text(`${prefix}_TARGET_URL`) ?? '';
  return {
    endpoints: {
      source: sourceUrl,
      target: targetUrl,
      sourceForServers: text('MIGRATION_SOURCE_SERVER_URL') ?? sourceUrl,
      targetForServers: text(`${prefix}_TARGET_SERVER_URL`) ?? targetUrl,
    },
    gate: {
      urls: (values[`${prefix}_GATE_URLS`] as ReadonlyArray<string> | undefined) ?? [],
      secret: text('MIGRATION_GATE_SECRET'),
      pgbouncer: text('MIGRATION_PGBOUNCER_URL'),
    },
  };
}

/** @throws {MigrationError} `BAD_CONNECTION` when both URLs lead to one database */
export function requireTwoDatabases({ source, target }: Endpoints): void {
  const [one, other] = [new URL(source), new URL(target)];
  if (one.host === other.host && one.pathname === other.pathname) {
    throw new MigrationError(
      'BAD_CONNECTION',
      'The source and the target are the same database. Give the target another server or another database.',
    );
  }
}

function postgresUrl(): z.ZodType<string> {
  return z
    .string()
    .refine(
      (text) =>
        URL.canParse(text) &&
        /^postgres(ql)?:$/.test(new URL(text).protocol) &&
        new URL(text).pathname.length > 1,
      'must be a URL such as postgresql://role:password@host:5432/database',
    )
    .describe('a PostgreSQL URL such as postgresql://role:password@host:5432/database');
}
