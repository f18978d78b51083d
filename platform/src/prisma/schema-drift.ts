import { readFile } from 'node:fs/promises';
import { describeEngineFailure } from './migration-error.js';
import { everything, readMigrations, type MigrationLocation } from './migration-files.js';
import { emptyScratchSchema, reachable } from './postgresql-schema.js';
import { createSchemaEngine } from './schema-engine.js';

export interface SchemaDriftOptions extends MigrationLocation {
  /**
   * `postgresql://…` of a scratch database, as a role that may create schemas in it. Its schema of the name
   * `schema` is emptied before and after; a database in which that schema has been migrated is refused.
   */
  readonly connectionString: string;
  /** The absolute path of `schema.prisma`. */
  readonly schemaPath: string;
}

/**
 * Compares what a service's migrations make with what its `schema.prisma` describes.
 *
 * @returns null when they agree; otherwise the SQL that the migrations lack.
 * @throws MigrationError when a migration does not apply, or the schema file is not valid.
 */
export async function schemaDrift(options: SchemaDriftOptions): Promise<string | null> {
  const { connectionString, schema, schemaPath } = options;
  const migrations = await readMigrations(options.migrationsDirectory);
  const datamodel: [path: string, content: string] = [schemaPath, await readFile(schemaPath, 'utf8')];
  return reachable(async () => {
    await emptyScratchSchema(connectionString, schema);
    const { engine, close } = await createSchemaEngine({
      connectionString,
      schema,
      shadowDatabaseConnectionString: connectionString,
      datamodels: [datamodel],
    });
    try {
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'migrations', ...migrations },
        to: { tag: 'schemaDatamodel', files: [{ path: datamodel[0], content: datamodel[1] }] },
        script: true,
        exitCode: true,
        filters: everything,
      });
      return exitCode === 0 ? null : (stdout ?? '');
    } catch (cause) {
      throw describeEngineFailure(cause, schema);
    } finally {
      await close();
      await emptyScratchSchema(connectionString, schema);
    }
  });
}
