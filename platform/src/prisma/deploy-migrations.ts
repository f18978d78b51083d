import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { describeEngineFailure } from './migration-error.js';
import { everything, readMigrations, type MigrationLocation } from './migration-files.js';
import {
  diagnoseHistory,
  refuseEditedMigrations,
  resolveInterruptedMigrations,
} from './migration-history.js';
import { withMigrationLock } from './migration-lock.js';
import { createSchemaIfMissing, reachable, withClient } from './postgresql-schema.js';
import { createSchemaEngine, type OpenSchemaEngine } from './schema-engine.js';
import { recordedScript } from './recorded-script.js';

const defaultLockTimeoutMilliseconds = 300_000;

export interface DeployMigrationsOptions extends MigrationLocation {
  /** Called before each migration is applied. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** How long to wait for another process that is migrating the same database; default 5 minutes. */
  readonly lockTimeoutMilliseconds?: number;
}

export interface MigrationProgress {
  readonly migration: string;
  /** Which one it is, from 1. */
  readonly position: number;
  /** How many are to be applied in this run. */
  readonly total: number;
}

export interface DeployedMigrations {
  /** The names of the migrations applied by this call, in order; empty when there was nothing to do. */
  readonly applied: readonly string[];
}

/**
 * Applies the migrations that a database has not had yet, as `prisma migrate deploy` does, without starting another
 * process. The PostgreSQL schema is created when it is missing. Any number of processes may call it at once: they
 * take turns, and those that come later find nothing to do. A process that dies in the middle leaves nothing half
 * done: the next call goes on from there.
 *
 * @throws MigrationError
 */
export async function deployMigrations(options: DeployMigrationsOptions): Promise<DeployedMigrations> {
  const migrations = await readMigrations(options.migrationsDirectory);
  const { connectionString, lockTimeoutMilliseconds = defaultLockTimeoutMilliseconds } = options;
  return reachable(() =>
    withMigrationLock(connectionString, lockTimeoutMilliseconds, () =>
      deployInTurn(options, migrations, lockTimeoutMilliseconds),
    ),
  );
}

async function deployInTurn(
  options: DeployMigrationsOptions,
  migrations: MigrationList,
  lockTimeoutMilliseconds: number,
): Promise<DeployedMigrations> {
  const { connectionString, schema } = options;
  await withClient(connectionString, (client) => createSchemaIfMissing(client, schema));
  const open = await createSchemaEngine({
    connectionString,
    schema,
    rewriteScript: recordedScript(schema, migrations),
  });
  try {
    await resolveInterruptedMigrations(open.engine, options, migrations, lockTimeoutMilliseconds);
    const history = await diagnoseHistory(open.engine, options, migrations);
    refuseEditedMigrations(history, schema);
    return { applied: await applyOneByOne(open, options, migrations, history.pending) };
  } finally {
    await open.close();
  }
}

async function applyOneByOne(
  { engine }: OpenSchemaEngine,
  { schema, onProgress }: DeployMigrationsOptions,
  migrations: MigrationList,
  pending: readonly string[],
): Promise<readonly string[]> {
  const applied: string[] = [];
  // One call even when nothing is pending: it is what refuses a schema that is neither empty nor migrated.
  for (const [index, migration] of pending.length === 0 ? [[0, undefined] as const] : pending.entries()) {
    if (migration !== undefined) onProgress?.({ migration, position: index + 1, total: pending.length });
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: migration === undefined ? migrations : upTo(migrations, migration),
        filters: everything,
      });
      applied.push(...appliedMigrationNames);
    } catch (cause) {
      throw describeEngineFailure(cause, schema, migration);
    }
  }
  return applied;
}

/** The history as it was when `migration` was the newest. */
function upTo(migrations: MigrationList, migration: string): MigrationList {
  const count = migrations.migrationDirectories.findIndex(({ path }) => path === migration) + 1;
  return { ...migrations, migrationDirectories: migrations.migrationDirectories.slice(0, count) };
}
