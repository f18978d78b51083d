import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { PostgresBinaries } from './binaries.js';
import { removeUnfinished } from './data-directory.js';
import { EmbeddedPostgresError } from './errors.js';
import { findReachablePlace, linkToPlace } from './reachable-place.js';
import { canWorkIn, spawnOptionsFor, type ServerUser } from './server-user.js';

export interface InitializeOptions {
  readonly dataDirectory: string;
  readonly user: ServerUser;
  readonly binaries: PostgresBinaries;
  readonly superuserPassword: string;
  /** False leaves the files to the operating system's cache: for clusters that may be lost. */
  readonly durable: boolean;
  readonly onNotice: (message: string) => void;
}

/**
 * Makes a cluster. The files appear under their final name when they are complete, so that a start which was
 * interrupted here is simply repeated.
 *
 * @returns the real path of the cluster: `dataDirectory`, or the place that a symlink there now leads to
 * @throws EmbeddedPostgresError `INITIALIZATION_FAILED`, `DATA_DIRECTORY_UNUSABLE`
 */
export async function initializeCluster(options: InitializeOptions): Promise<string> {
  const { dataDirectory, user, onNotice } = options;
  await removeUnfinished(dataDirectory);
  let target = dataDirectory;
  let workspace = await makeWorkspace(target, options);
  if (!canWorkIn(user, workspace)) {
    await rm(workspace, { recursive: true, force: true });
    target = await findReachablePlace(dataDirectory, user, onNotice);
    await removeUnfinished(target);
    workspace = await makeWorkspace(target, options);
  }
  const cluster = join(workspace, 'cluster');
  try {
    await runInitdb(options, cluster, join(workspace, 'password'));
    await rename(cluster, target).catch((error: unknown) => {
      throw new EmbeddedPostgresError(
        'DATA_DIRECTORY_UNUSABLE',
        `The new cluster could not be put in place as ${target}. It must not exist yet or be empty, and not be a mount point: name a folder inside of that.`,
        { cause: error },
      );
    });
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
  if (target !== dataDirectory) await linkToPlace(dataDirectory, target, onNotice);
  return target;
}

/** A folder of the server's user that only this user can enter, with the superuser's password in a file. */
async function makeWorkspace(target: string, options: InitializeOptions): Promise<string> {
  const workspace = `${target}.initializing-${randomUUID()}`;
  await mkdir(workspace, { mode: 0o700 });
  const passwordFile = join(workspace, 'password');
  await writeFile(passwordFile, options.superuserPassword, { flag: 'wx', mode: 0o600 });
  if (options.user !== undefined) {
    const { uid, gid } = options.user;
    await chown(passwordFile, uid, gid);
    await chown(workspace, uid, gid);
  }
  return workspace;
}

async function runInitdb(options: InitializeOptions, cluster: string, passwordFile: string): Promise<void> {
  const child = spawn(
    options.binaries.initdb,
    [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      // The built-in provider orders by code point as C does, and knows the letter cases of all of Unicode.
      ...(options.binaries.majorVersion >= 17
        ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
        : []),
      // Writes pg_hba.conf so that only loopback is let in, and only with a password.
      '--auth-host=scram-sha-256',
      '--auth-local=reject',
      ...(options.durable ? [] : ['--no-sync']),
    ],
    { ...spawnOptionsFor(options.user), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const outcome = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : `it ended with ${signal ?? `status ${String(code)}`}`);
    });
  });
  if (outcome === undefined) return;
  throw new EmbeddedPostgresError(
    'INITIALIZATION_FAILED',
    `PostgreSQL's initdb could not make a cluster for ${options.dataDirectory}: ${outcome}.\n${lastLines(output)}\n` +
      'Look for a full disk, a read-only folder or a limit on memory.',
  );
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
