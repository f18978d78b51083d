import { randomUUID } from 'node:crypto';
import { chown, lstat, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';
import { commandOf, isAlive, workingDirectoryOf } from './process-identity.js';

const fastEndMilliseconds = 10_000;
const immediateEndMilliseconds = 10_000;
const pollMilliseconds = 50;

/**
 * Ends a server that still runs on this data folder because its launcher was killed, and makes a `postmaster.pid` that
 * names a process of another program harmless. A process is only ended when `postmaster.pid` names it *and* the system
 * says that it is a PostgreSQL server of this folder.
 *
 * @throws EmbeddedPostgresError `STOP_FAILED` when the server does not end
 */
export async function endForgottenPostmaster(
  dataDirectory: string,
  onNotice: (message: string) => void,
): Promise<void> {
  const processId = await readPostmasterId(dataDirectory);
  if (processId === undefined || processId === process.pid) return;
  const folder = await realpath(dataDirectory);
  if (!isPostmasterOf(processId, folder)) {
    if (isAliveOrZombie(processId)) await disownPidFile(dataDirectory, processId);
    return;
  }
  onNotice(
    `A PostgreSQL server (process ${String(processId)}) still runs on ${dataDirectory}: its launcher ended without stopping it. It is stopped and started again.`,
  );
  if (await endsAfter('SIGINT', processId, folder, fastEndMilliseconds)) return;
  if (await endsAfter('SIGQUIT', processId, folder, immediateEndMilliseconds)) return;
  throw new EmbeddedPostgresError(
    'STOP_FAILED',
    `The PostgreSQL server that still runs on ${dataDirectory} (process ${String(processId)}) does not end. End it by hand, then start again.`,
  );
}

async function endsAfter(
  signal: NodeJS.Signals,
  processId: number,
  folder: string,
  milliseconds: number,
): Promise<boolean> {
  try {
    process.kill(processId, signal);
  } catch (error) {
    if (!hasSystemCode(error, 'ESRCH')) throw error;
  }
  const deadline = Date.now() + milliseconds;
  while (isPostmasterOf(processId, folder)) {
    if (Date.now() > deadline) return false;
    await sleep(pollMilliseconds);
  }
  return true;
}

/** @returns the process id in the first line of `postmaster.pid`, when there is one */
async function readPostmasterId(dataDirectory: string): Promise<number | undefined> {
  try {
    const [first] = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
    // A server in single-user mode writes its id as a negative number.
    const processId = Math.abs(Number(first));
    return Number.isInteger(processId) && processId > 1 ? processId : undefined;
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isPostmasterOf(processId: number, folder: string): boolean {
  if (!isAlive(processId)) return false;
  const command = commandOf(processId);
  const [program = ''] = command?.split(' -D ') ?? [];
  if (basename(program) !== 'postgres') return false;
  // A postmaster works in its data folder; where the system does not show that, its command line must name it.
  const workingDirectory = workingDirectoryOf(processId);
  return workingDirectory === undefined
    ? command?.includes(` -D ${folder} `) === true
    : workingDirectory === folder;
}

function isAliveOrZombie(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return hasSystemCode(error, 'EPERM');
  }
}

/**
 * The number in `postmaster.pid` now belongs to another program, and PostgreSQL would refuse to start for its sake.
 * Deleting the file would also delete what PostgreSQL looks up in it: the shared memory that orphaned children of the
 * dead server may still be using. So only the number is replaced, by that of the coming server's parent, which
 * PostgreSQL knows cannot be a server of this folder.
 */
async function disownPidFile(dataDirectory: string, processId: number): Promise<void> {
  const path = join(dataDirectory, 'postmaster.pid');
  const [status, content] = await Promise.all([lstat(path), readFile(path, 'utf8')]);
  if (!status.isFile() || !content.startsWith(String(processId))) return;
  const replacement = `${path}.${randomUUID()}`;
  const text = content.replace(/^-?\d+/, String(process.pid));
  await writeFile(replacement, text, { flag: 'wx', mode: 0o600 });
  await chown(replacement, status.uid, status.gid);
  await rename(replacement, path);
}
