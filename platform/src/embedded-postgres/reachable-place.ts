import { createHash } from 'node:crypto';
import { cp, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';
import { endForgottenPostmaster } from './postmaster.js';
import { giveAway, runAs, type ServerUser } from './server-user.js';
import { ensureTrustedDirectory } from './trusted-directory.js';

/*
 * Root may keep its checkout where nobody else can enter (/root/x), and the server, which must not run as root, could
 * not reach data there. Then the data lies in /var/lib/supergraph/<hash of the wanted path>, or under the temporary
 * folder where /var/lib is read-only, and a symlink at the wanted path leads to it.
 */

/** Folders that can hold clusters in place of unreachable ones, best first. */
function candidateHomes(): ReadonlyArray<string> {
  const name = `supergraph-data-${String(process.getuid?.() ?? 0)}`;
  return ['/var/lib/supergraph', join(tmpdir(), name), join('/tmp', name)];
}

/** Where the cluster of this data folder lies when it lies elsewhere. Always the same place for the same path. */
function placeIn(home: string, dataDirectory: string): string {
  return join(home, createHash('sha256').update(resolve(dataDirectory)).digest('hex').slice(0, 24));
}

/**
 * Finds a place for a new cluster that the user can reach. A cluster that lies there from an earlier time has lost the
 * symlink to it, which is how one throws a cluster away; it is set aside until this happens again.
 *
 * @returns the path for the cluster, which does not exist yet
 * @throws EmbeddedPostgresError `DATA_DIRECTORY_UNUSABLE` when there is no such place
 */
export async function findReachablePlace(
  dataDirectory: string,
  user: ServerUser,
  onNotice: (message: string) => void,
): Promise<string> {
  for (const home of candidateHomes()) {
    if (!(await ensureTrustedDirectory(home))) continue;
    if (!canEnter(user, home)) continue;
    const place = placeIn(home, dataDirectory);
    if (await exists(place)) {
      const discarded = `${place}.discarded`;
      onNotice(`The cluster that ${dataDirectory} led to earlier is kept in ${discarded}.`);
      await endForgottenPostmaster(place, onNotice);
      await rm(discarded, { recursive: true, force: true });
      await rename(place, discarded);
    }
    return place;
  }
  throw new EmbeddedPostgresError(
    'DATA_DIRECTORY_UNUSABLE',
    `The user "${user?.name ?? 'of this process'}" cannot reach ${dataDirectory}, and there is no safe place for its data in ` +
      `${candidateHomes().join(', ')}. Move the checkout to a folder that others may enter, or start as an ordinary user.`,
  );
}

/** Leaves a symlink at the wanted path and says so. */
export async function linkToPlace(
  dataDirectory: string,
  place: string,
  onNotice: (message: string) => void,
): Promise<void> {
  await rm(dataDirectory, { recursive: true, force: true });
  await symlink(place, dataDirectory);
  onNotice(
    `${dataDirectory} is in a folder that the PostgreSQL server's user cannot enter: its data lies in ${place}.`,
  );
}

/** Moves an existing cluster, which no server runs on, to a place that the user can reach. */
export async function moveToReachablePlace(
  dataDirectory: string,
  user: ServerUser,
  onNotice: (message: string) => void,
): Promise<string> {
  const place = await findReachablePlace(dataDirectory, user, onNotice);
  try {
    await rename(dataDirectory, place);
  } catch (error) {
    if (!hasSystemCode(error, 'EXDEV')) throw error;
    const unfinished = `${place}.moving`;
    await rm(unfinished, { recursive: true, force: true });
    await cp(dataDirectory, unfinished, { recursive: true, verbatimSymlinks: true });
    if (user !== undefined) await giveAway(unfinished, user);
    await rename(unfinished, place);
  }
  await linkToPlace(dataDirectory, place, onNotice);
  return place;
}

function canEnter(user: ServerUser, directory: string): boolean {
  return runAs(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', directory]).succeeded;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return false;
    throw error;
  }
}
