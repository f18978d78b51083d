import { execFile, spawnSync } from 'node:child_process';
import { chown, mkdtemp, open, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of a few megabytes that can be filled, and freed again. */
export interface SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Takes all that is left, as somebody else's files do. */
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** Mounting is for root, on Linux. */
export function canMountDisks(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'migration-small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  const filler = join(folder, 'files-of-somebody-else');
  return {
    folder,
    async fill() {
      const file = await open(filler, 'w');
      const piece = Buffer.alloc(64 * 1024, 'x');
      try {
        for (;;) await file.write(piece);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    async remove() {
      await run('umount', ['--lazy', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Puts the write-ahead log of a server that is not running on a disk of its own. */
export async function moveLogTo(disk: SmallDisk, dataDirectory: string): Promise<void> {
  const log = join(dataDirectory, 'pg_wal');
  const moved = join(disk.folder, 'pg_wal');
  await run('cp', ['-a', log, moved]);
  const { uid, gid } = await stat(log);
  await chown(disk.folder, uid, gid);
  await rename(log, `${log}.before`);
  await symlink(moved, log);
}
