import { spawnSync } from 'node:child_process';
import { lchown, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedPostgresError } from './errors.js';

/**
 * The operating system user that a server runs as. Undefined means the user of this process: the ordinary case.
 * PostgreSQL refuses to run as root, so root has to name another.
 */
export type ServerUser = { readonly uid: number; readonly gid: number; readonly name: string } | undefined;

/** True when this process may become another user, and must, because PostgreSQL refuses to run as root. */
export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user for a new cluster: this process's own, or, for root, `postgres` when there is one, else `nobody`.
 *
 * @throws EmbeddedPostgresError `SERVER_USER_UNUSABLE` when root finds neither in /etc/passwd
 */
export async function chooseServerUser(passwdFile = '/etc/passwd'): Promise<ServerUser> {
  if (!runsAsRoot()) return undefined;
  const lines = (await readFile(passwdFile, 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', '_postgres', 'nobody']) {
    const entry = lines.find(([name]) => name === wanted);
    // macOS writes nobody as -2, which the kernel reads as an unsigned number.
    const uid = Number(entry?.[2]) >>> 0;
    const gid = Number(entry?.[3]) >>> 0;
    if (entry !== undefined && uid !== 0) return { uid, gid, name: wanted };
  }
  throw new EmbeddedPostgresError(
    'SERVER_USER_UNUSABLE',
    'PostgreSQL refuses to run as root, and /etc/passwd has neither a user "postgres" nor a user "nobody" to run it as. ' +
      'Create one of them, or start this as an ordinary user.',
  );
}

/** Options for `spawn` that give a program this user and none of this process's environment, folder or groups. */
export function spawnOptionsFor(user: ServerUser): {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
} {
  // The current folder may be closed to the other user, and PG* variables would redirect the server.
  const common = { cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' } };
  return user === undefined ? common : { ...common, uid: user.uid, gid: user.gid };
}

/** Runs a program to its end as that user. */
export function runAs(
  user: ServerUser,
  program: string,
  programArguments: ReadonlyArray<string>,
): { readonly succeeded: boolean; readonly output: string } {
  const result = spawnSync(program, [...programArguments], { ...spawnOptionsFor(user), encoding: 'utf8' });
  const output = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
  return { succeeded: result.status === 0, output };
}

/** Whether that user can enter the folder and write in it, found out by letting the user try. */
export function canWorkIn(user: ServerUser, directory: string): boolean {
  return runAs(user, '/bin/sh', ['-c', 'cd "$1" && test -r . && test -w .', 'sh', directory]).succeeded;
}

/** Gives everything under the folder, and itself, to that user, without following symlinks out of it. */
export async function giveAway(directory: string, user: NonNullable<ServerUser>): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  await lchown(directory, user.uid, user.gid);
}
