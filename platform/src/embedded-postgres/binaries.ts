import { chmod, cp, lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';
import { hydrateLibrarySymlinks, locatePlatformPackage, type PlatformPackage } from './platform-package.js';
import { runAs, type ServerUser } from './server-user.js';
import { ensureTrustedDirectory } from './trusted-directory.js';

/** Programs that the server's user was seen to run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version of the server, for example 18: the one that a cluster's files must have been made by. */
  readonly majorVersion: number;
}

/**
 * Gives binaries that this user can run: those in `node_modules`, or, when the user cannot reach them there or their
 * library symlinks cannot be made there, a copy in the temporary folder that only this process's user can write to.
 *
 * @throws EmbeddedPostgresError `BINARIES_UNUSABLE`, `UNSUPPORTED_PLATFORM`
 */
export async function prepareBinaries(
  user: ServerUser,
  onNotice: (message: string) => void,
  installed?: PlatformPackage,
): Promise<PostgresBinaries> {
  // Servers that start side by side would otherwise each make the copy.
  const preceding = preparation;
  let finished = (): void => undefined;
  preparation = new Promise((resolve) => (finished = resolve));
  await preceding;
  try {
    return await findOrCopyBinaries(user, onNotice, installed);
  } finally {
    finished();
  }
}

let preparation: Promise<void> = Promise.resolve();

async function findOrCopyBinaries(
  user: ServerUser,
  onNotice: (message: string) => void,
  installed?: PlatformPackage,
): Promise<PostgresBinaries> {
  const platformPackage = installed ?? (await locatePlatformPackage());
  const attempts: string[] = [];
  if (await hydrateLibrarySymlinks(platformPackage.nativeDirectory)) {
    const inPlace = tryBinaries(user, platformPackage.nativeDirectory);
    if (typeof inPlace !== 'string') return inPlace;
    attempts.push(inPlace);
  }
  for (const folder of new Set([tmpdir(), '/tmp', '/var/tmp', '/var/lib'])) {
    const copy = await copyBinaries(platformPackage, folder);
    if (copy === undefined) continue;
    const copied = tryBinaries(user, copy);
    if (typeof copied !== 'string') {
      onNotice(`The PostgreSQL programs run from a copy in ${copy}.`);
      return copied;
    }
    attempts.push(copied);
  }
  throw new EmbeddedPostgresError(
    'BINARIES_UNUSABLE',
    `${user === undefined ? 'This user' : `The user "${user.name}"`} cannot run the PostgreSQL programs of ` +
      `${platformPackage.nativeDirectory}, nor a copy of them: ${attempts.join('; ')}. They need glibc (Alpine has none) and a ` +
      'folder that allows running programs. Or give each service its connection URLs.',
  );
}

/** @returns the binaries, or why they do not run */
function tryBinaries(user: ServerUser, nativeDirectory: string): PostgresBinaries | string {
  const postgres = join(nativeDirectory, 'bin', 'postgres');
  const initdb = join(nativeDirectory, 'bin', 'initdb');
  const initdbRun = runAs(user, initdb, ['--version']);
  if (!initdbRun.succeeded) return initdbRun.output;
  const postgresRun = runAs(user, postgres, ['--version']);
  if (!postgresRun.succeeded) return postgresRun.output;
  const share = join(nativeDirectory, 'share');
  // The catalogue's templates and the time zones are opened later than --version looks.
  if (!runAs(user, '/bin/sh', ['-c', 'cd "$1" && test -r .', 'sh', share]).succeeded)
    return `${share} is closed`;
  const majorVersion = Number(/\) (\d+)/.exec(postgresRun.output)?.[1]);
  return Number.isInteger(majorVersion)
    ? { initdb, postgres, majorVersion }
    : `"${postgresRun.output}" names no version`;
}

/** @returns the folder of a whole copy, or undefined when none can be kept safely under this folder */
async function copyBinaries(source: PlatformPackage, folder: string): Promise<string | undefined> {
  const home = join(folder, `supergraph-postgres-${source.version}-${process.getuid?.() ?? 0}`);
  if (!(await ensureTrustedDirectory(home))) return undefined;
  const target = join(home, 'native');
  if (await isWholeCopy(source.nativeDirectory, target)) return target;
  const workspace = await mkdtemp(join(home, 'copying-'));
  try {
    const copy = join(workspace, 'native');
    await cp(source.nativeDirectory, copy, { recursive: true, verbatimSymlinks: true });
    await hydrateLibrarySymlinks(copy);
    await openToOthers(copy);
    await replaceDirectory(copy, target, join(workspace, 'old'));
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
  return (await isWholeCopy(source.nativeDirectory, target)) ? target : undefined;
}

/** The installed files may have been made under a narrow umask. */
async function openToOthers(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  await chmod(directory, 0o755);
}

async function replaceDirectory(from: string, to: string, old: string): Promise<void> {
  try {
    await rename(to, old);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw error;
  }
  try {
    await rename(from, to);
  } catch (error) {
    // Another launcher of the same user was quicker: theirs is as good.
    if (!hasSystemCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** Temporary folders are swept by age, file by file: a copy counts only when every file is there in full length. */
async function isWholeCopy(source: string, copy: string): Promise<boolean> {
  try {
    for (const path of await filesOf(source)) {
      const [expected, found] = await Promise.all([lstat(join(source, path)), lstat(join(copy, path))]);
      if (found.size !== expected.size || found.uid !== process.getuid?.()) return false;
    }
    return await hydrateLibrarySymlinks(copy);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

async function filesOf(directory: string): Promise<ReadonlyArray<string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}
