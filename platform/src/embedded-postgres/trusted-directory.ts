import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { hasSystemCode } from './errors.js';

/**
 * Makes a folder that others may read and only this process's user may write (mode 0755), or verifies that an existing
 * one is such a folder. In a place that everyone may write to, such as /tmp, another user could have made it first and
 * put programs or data of theirs into it.
 *
 * @returns false when the folder cannot be had, or belongs to somebody else
 */
export async function ensureTrustedDirectory(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o755 });
    await chmod(directory, 0o755);
  } catch (error) {
    if (hasSystemCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR')) return false;
    if (!hasSystemCode(error, 'EEXIST')) throw error;
  }
  return (await belongsToUsAlone(directory)) && (await cannotBeSwapped(directory));
}

async function belongsToUsAlone(directory: string): Promise<boolean> {
  // lstat, because a symlink is what somebody else would plant.
  const status = await lstat(directory);
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0;
}

/** A parent that others may write to must be sticky, or they could rename the folder away and put theirs there. */
async function cannotBeSwapped(directory: string): Promise<boolean> {
  const parent = await lstat(dirname(directory));
  const ownerIsTrusted = parent.uid === 0 || parent.uid === process.getuid?.();
  return ownerIsTrusted && ((parent.mode & 0o022) === 0 || (parent.mode & 0o1000) !== 0);
}
