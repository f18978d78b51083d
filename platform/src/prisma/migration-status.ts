import { readMigrations, type MigrationLocation } from './migration-files.js';
import { diagnoseHistory, type MigrationHistory } from './migration-history.js';
import { reachable, schemaExists, withClient } from './postgresql-schema.js';
import { createSchemaEngine } from './schema-engine.js';

export interface MigrationStatus extends MigrationHistory {
  /** True when the database has exactly the migrations of the folder, as they are in the folder. */
  readonly upToDate: boolean;
}

/**
 * Tells how a database's migrations stand to those of the folder, as `prisma migrate status` does. It changes
 * nothing, and creates nothing.
 *
 * @throws MigrationError when the folder or the database cannot be read.
 */
export async function migrationStatus(location: MigrationLocation): Promise<MigrationStatus> {
  const migrations = await readMigrations(location.migrationsDirectory);
  return reachable(async () => {
    const { connectionString, schema } = location;
    // The engine creates a schema that it does not find.
    if (!(await withClient(connectionString, (client) => schemaExists(client, schema)))) {
      const pending = migrations.migrationDirectories.map(({ path }) => path);
      return { pending, failed: [], edited: [], unknown: [], upToDate: pending.length === 0 };
    }
    const { engine, close } = await createSchemaEngine({ connectionString, schema });
    try {
      const history = await diagnoseHistory(engine, location, migrations);
      return {
        ...history,
        upToDate: Object.values(history).every((names: readonly string[]) => names.length === 0),
      };
    } finally {
      await close();
    }
  });
}
