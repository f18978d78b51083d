import { existsSync } from 'node:fs';
import { readEnvironment } from '@supergraph/platform/configuration';
import { z } from 'zod';
import { MigrationError } from './errors/index.js';

/** Where `npm start -- --topology shared` writes down what it started. */
const DEFAULT_SETTINGS_FILE = '.data/migration.env';

/**
 * Takes settings from a file, a `NAME=value` a line: the one that `MIGRATION_SETTINGS` names, else
 * `.data/migration.env` where there is one. What the environment says holds over it.
 *
 * @throws {MigrationError} `BAD_CONNECTION` when the named file cannot be read
 */
export function loadSettingsFile(): void {
  const { MIGRATION_SETTINGS: named } = readEnvironment({ MIGRATION_SETTINGS: z.string().optional() });
  if (named === undefined && !existsSync(DEFAULT_SETTINGS_FILE)) return;
  const file = named ?? DEFAULT_SETTINGS_FILE;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new MigrationError(
      'BAD_CONNECTION',
      `The settings ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}). MIGRATION_SETTINGS names them.`,
      { cause: error },
    );
  }
}

/** Where this process is to die, for tests of what a `kill -9` leaves behind; nowhere when nothing is said. */
export function readCrashPoints(): string {
  return readEnvironment({ MIGRATION_CRASH_AT: z.string().default('') }).MIGRATION_CRASH_AT;
}
