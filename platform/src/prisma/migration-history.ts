import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { describeEngineFailure, howToResolve, MigrationError } from './migration-error.js';
import { everything, type MigrationLocation } from './migration-files.js';
import { waitForRunningScript } from './migration-lock.js';
import { withClient } from './postgresql-schema.js';
import { isOneTransaction } from './recorded-script.js';

/** A database's migrations beside those of the folder. Every list is in the order of application. */
export interface MigrationHistory {
  /** In the folder, and not yet applied. */
  readonly pending: readonly string[];
  /** Begun, and neither finished nor resolved. */
  readonly failed: readonly string[];
  /** Applied, and changed in the folder since. */
  readonly edited: readonly string[];
  /** Applied, and not in the folder: a newer release was here. */
  readonly unknown: readonly string[];
}

/** Compares the two histories, without changing either. */
export async function diagnoseHistory(
  engine: SchemaEngine,
  { schema }: MigrationLocation,
  migrations: MigrationList,
): Promise<MigrationHistory> {
  try {
    const { editedMigrationNames, failedMigrationNames, history } = await engine.diagnoseMigrationHistory({
      migrationsList: migrations,
      optInToShadowDatabase: false,
      filters: everything,
    });
    return {
      pending:
        history !== null && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [],
      failed: failedMigrationNames,
      edited: editedMigrationNames,
      unknown:
        history !== null && 'unpersistedMigrationNames' in history ? history.unpersistedMigrationNames : [],
    };
  } catch (cause) {
    throw describeEngineFailure(cause, schema);
  }
}

/**
 * Lets migrations be tried again whose process died before they were done: the server took their transaction back.
 * To be called under the migration lock. Where the server is not through with one, its end is awaited.
 *
 * @throws MigrationError MIGRATION_FAILED_EARLIER when one was refused by the database, or may have been half done.
 */
export async function resolveInterruptedMigrations(
  engine: SchemaEngine,
  location: MigrationLocation,
  migrations: MigrationList,
  timeoutMilliseconds: number,
): Promise<void> {
  if ((await diagnoseHistory(engine, location, migrations)).failed.length === 0) return;
  await waitForRunningScript(location.connectionString, timeoutMilliseconds);
  const { failed } = await diagnoseHistory(engine, location, migrations);
  const refused = await refusedMigrations(location);
  for (const name of failed) {
    const found = migrations.migrationDirectories.find(({ path }) => path === name)?.migrationFile.content;
    if (refused.has(name) || found?.tag !== 'ok' || !isOneTransaction(found.value)) {
      throw new MigrationError(
        'MIGRATION_FAILED_EARLIER',
        `The migration "${name}" of schema "${location.schema}" failed in an earlier run; nothing was applied after it. ${howToResolve(name)}`,
        [name],
      );
    }
    await engine.markMigrationRolledBack({ migrationName: name });
  }
}

/** Unfinished migrations for which the engine lived to write down why the database refused them. */
async function refusedMigrations({
  connectionString,
  schema,
}: MigrationLocation): Promise<ReadonlySet<string>> {
  return withClient(connectionString, async (client) => {
    const found = await client.query<{ migration_name: string }>(
      `SELECT migration_name FROM ${pg.escapeIdentifier(schema)}._prisma_migrations
       WHERE finished_at IS NULL AND rolled_back_at IS NULL AND logs IS NOT NULL`,
    );
    return new Set(found.rows.map(({ migration_name }) => migration_name));
  });
}

/** @throws MigrationError MIGRATION_EDITED */
export function refuseEditedMigrations({ edited }: MigrationHistory, schema: string): void {
  if (edited.length === 0) return;
  throw new MigrationError(
    'MIGRATION_EDITED',
    `Migrations of schema "${schema}" were changed after they were applied: ${edited.join(', ')}. Restore their files as they were, and make the change in a new migration.`,
    edited,
  );
}
