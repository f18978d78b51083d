import { chmod, lstat, mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';
import { endForgottenPostmaster } from './postmaster.js';
import { moveToReachablePlace } from './reachable-place.js';
import { canWorkIn, chooseServerUser, giveAway, runsAsRoot, type ServerUser } from './server-user.js';

/** What was found where a cluster shall be. */
export type DataDirectoryState =
  | { readonly kind: 'cluster'; readonly majorVersion: number }
  /** Nothing, or an empty folder. */
  | { readonly kind: 'vacant' };

/**
 * Looks at the data folder. A symlink whose target is gone is removed.
 *
 * @throws EmbeddedPostgresError `DATA_DIRECTORY_UNUSABLE` when something else is there
 */
export async function inspectDataDirectory(
  dataDirectory: string,
  onNotice: (message: string) => void,
): Promise<DataDirectoryState> {
  const names = await listDirectory(dataDirectory);
  if (names === undefined) {
    if (await isSymlink(dataDirectory)) {
      onNotice(`${dataDirectory} pointed to a cluster that is gone; a new one is made.`);
      await rm(dataDirectory);
    }
    return { kind: 'vacant' };
  }
  if (names.includes('PG_VERSION')) {
    return {
      kind: 'cluster',
      majorVersion: Number(await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')),
    };
  }
  if (names.length === 0) return { kind: 'vacant' };
  throw new EmbeddedPostgresError(
    'DATA_DIRECTORY_UNUSABLE',
    `${dataDirectory} is not empty and holds no PostgreSQL cluster. Name another folder, or empty this one.`,
  );
}

/**
 * The user that an existing cluster is run as, and its real place. For root that is the cluster's owner, so that a
 * cluster made by an ordinary user stays theirs. A cluster that its owner can no longer reach is moved.
 *
 * @throws EmbeddedPostgresError `DATA_DIRECTORY_UNUSABLE` when the cluster belongs to somebody else
 */
export async function adoptCluster(
  dataDirectory: string,
  onNotice: (message: string) => void,
): Promise<{ readonly directory: string; readonly user: ServerUser }> {
  const { uid, gid } = await stat(dataDirectory);
  if (!runsAsRoot()) {
    if (uid === process.getuid?.()) return { directory: await realpath(dataDirectory), user: undefined };
    throw ownedByAnother(dataDirectory, `the user with the id ${String(uid)}`);
  }
  let user: ServerUser = { uid, gid, name: `id ${String(uid)}` };
  if (uid === 0) {
    user = await chooseServerUser();
    if (user !== undefined) await giveAway(await realpath(dataDirectory), user);
  }
  const directory = await realpath(dataDirectory);
  if (canWorkIn(user, directory)) return { directory, user };
  await endForgottenPostmaster(directory, onNotice);
  return { directory: await moveToReachablePlace(dataDirectory, user, onNotice), user };
}

/** Removes what an interrupted `initdb` left beside the data folder. */
export async function removeUnfinished(dataDirectory: string): Promise<void> {
  const parent = dirname(dataDirectory);
  const prefix = `${basename(dataDirectory)}.initializing`;
  for (const name of await readdir(parent)) {
    // The interrupted program may still be writing for a moment.
    if (name.startsWith(prefix))
      await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Makes the folders above the data folder. */
export async function makeParents(parent: string): Promise<void> {
  const first = await mkdir(parent, { recursive: true });
  if (first === undefined || !runsAsRoot()) return;
  // Root's umask may close what it makes, and the server's user has to pass through.
  for (let made = parent; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
}

async function listDirectory(directory: string): Promise<ReadonlyArray<string> | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return undefined;
    if (hasSystemCode(error, 'EACCES')) throw ownedByAnother(directory, 'another user');
    if (hasSystemCode(error, 'ENOTDIR')) {
      throw new EmbeddedPostgresError(
        'DATA_DIRECTORY_UNUSABLE',
        `${directory} is not a folder. Name another one.`,
      );
    }
    throw error;
  }
}

async function isSymlink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function ownedByAnother(directory: string, owner: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DATA_DIRECTORY_UNUSABLE',
    `The data folder ${directory} belongs to ${owner}; it was probably made by a start as root. ` +
      'Start as that user or as root again, or remove the folder to begin anew.',
  );
}
