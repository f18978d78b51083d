import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  MigrationDirectory,
  MigrationList,
  SchemaFilter,
} from '@prisma/schema-engine-wasm/schema_engine_bg';
import { MigrationError } from './migration-error.js';

/** A service's migrations, and where they go. */
export interface MigrationLocation {
  /** `postgresql://…` of the database as the owner of the schema, directly and not through a pooler. */
  readonly connectionString: string;
  /** The PostgreSQL schema of the service's tables and of its `_prisma_migrations`. */
  readonly schema: string;
  /** The absolute path of `prisma/migrations`. */
  readonly migrationsDirectory: string;
}

/** No table or enum is managed by others: everything in the service's schema is its own. */
export const everything: SchemaFilter = { externalTables: [], externalEnums: [] };

const LOCK_FILE = 'migration_lock.toml';
const MIGRATION_FILE = 'migration.sql';

/**
 * Reads a `prisma/migrations` folder in the form that the schema engine takes, in the order of application.
 *
 * @throws MigrationError MIGRATIONS_DIRECTORY_INVALID when it is missing or a migration has no readable SQL.
 */
export async function readMigrations(migrationsDirectory: string): Promise<MigrationList> {
  const names = await listMigrations(migrationsDirectory);
  return {
    baseDir: migrationsDirectory,
    lockfile: { path: LOCK_FILE, content: await readOptional(join(migrationsDirectory, LOCK_FILE)) },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.map((name) => readMigration(migrationsDirectory, name))),
  };
}

async function listMigrations(migrationsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(migrationsDirectory, { withFileTypes: true });
    // The plain order of code units: the names begin with a timestamp, and no locale may decide what runs first.
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    throw new MigrationError(
      'MIGRATIONS_DIRECTORY_INVALID',
      `The migrations folder ${migrationsDirectory} cannot be read. Create the first migration with "prisma migrate dev", or correct the path.`,
      [],
      { cause },
    );
  }
}

async function readMigration(migrationsDirectory: string, name: string): Promise<MigrationDirectory> {
  try {
    const value = await readFile(join(migrationsDirectory, name, MIGRATION_FILE), 'utf8');
    return { path: name, migrationFile: { path: MIGRATION_FILE, content: { tag: 'ok', value } } };
  } catch (cause) {
    throw new MigrationError(
      'MIGRATIONS_DIRECTORY_INVALID',
      `The migration "${name}" has no readable ${MIGRATION_FILE}. Restore the file, or delete the folder if it was never applied.`,
      [name],
      { cause },
    );
  }
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
