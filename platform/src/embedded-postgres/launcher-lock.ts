import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';
import { startMarkOf } from './process-identity.js';

/** Held while a launcher works with a data folder; ends with the launcher, however that ends. */
export interface LauncherLock {
  release(): Promise<void>;
}

interface LockContent {
  readonly processId: number;
  readonly startMark: string;
  readonly token: string;
}

/**
 * Claims a data folder for this process, so that a second launcher does not take a running server for a forgotten one
 * and end it. A lock left by a launcher that no longer runs is taken over.
 *
 * @param path the lock file, beside the data folder
 * @throws EmbeddedPostgresError `DATA_DIRECTORY_IN_USE`
 */
export async function acquireLauncherLock(path: string, dataDirectory: string): Promise<LauncherLock> {
  const token = randomUUID();
  const content: LockContent = { processId: process.pid, startMark: startMarkOf(process.pid) ?? '', token };
  const draft = `${path}.${token}`;
  await writeFile(draft, JSON.stringify(content), { flag: 'wx', mode: 0o644 });
  try {
    for (;;) {
      try {
        // A link appears whole or not at all, where a file that is being written could be read half.
        await link(draft, path);
        break;
      } catch (error) {
        if (!hasSystemCode(error, 'EEXIST')) throw error;
      }
      await removeStaleLock(path, `${draft}.stale`, dataDirectory);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      const holder = await readLock(path);
      if (holder?.token === token) await rm(path, { force: true });
    },
  };
}

async function removeStaleLock(path: string, aside: string, dataDirectory: string): Promise<void> {
  const holder = await readLock(path);
  if (holder !== undefined && startMarkOf(holder.processId) === holder.startMark) {
    const who = holder.processId === process.pid ? 'this process' : `process ${String(holder.processId)}`;
    throw new EmbeddedPostgresError(
      'DATA_DIRECTORY_IN_USE',
      `The data folder ${dataDirectory} is in use by ${who}. Stop that first, or use another folder.`,
    );
  }
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return;
    throw error;
  }
  // Between reading and renaming somebody else may have replaced the stale lock by a live one: give it back.
  const taken = await readLock(aside);
  if (taken?.token !== holder?.token) {
    await link(aside, path).catch((error: unknown) => {
      if (!hasSystemCode(error, 'EEXIST')) throw error;
    });
  }
  await rm(aside, { force: true });
}

async function readLock(path: string): Promise<LockContent | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockContent;
  } catch (error) {
    // A machine that lost its power can leave the file empty.
    if (error instanceof SyntaxError || hasSystemCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
