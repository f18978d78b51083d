import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedPostgresError } from './errors.js';
import type { ServerUser } from './server-user.js';

const largestLogBytes = 16 * 1024 * 1024;
const keptBytes = 1024 * 1024;
const checkMilliseconds = 60_000;

/** The file `server.log` in the data folder, which the server's standard error goes to. */
export interface ServerLog {
  /** For the server's process to inherit. */
  readonly descriptor: number;
  /** The last lines, from this start of the server only. */
  tail(lines: number): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens the log for appending and, while it is open, keeps it below 16 MiB: of a longer one the last MiB stays.
 *
 * @throws EmbeddedPostgresError `DATA_DIRECTORY_UNUSABLE` when `server.log` is not a plain file
 */
export async function openServerLog(
  directory: string,
  user: ServerUser,
  onNotice: (message: string) => void,
): Promise<ServerLog> {
  const path = join(directory, 'server.log');
  // The folder belongs to the server's user, and root must not be led by a link of theirs to a file of its own.
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  const status = await file.stat();
  if (!status.isFile() || status.nlink !== 1) {
    await file.close();
    throw new EmbeddedPostgresError('DATA_DIRECTORY_UNUSABLE', `${path} is not a plain file. Remove it.`);
  }
  if (user !== undefined) await file.chown(user.uid, user.gid);
  await shorten(file);
  let begin = (await file.stat()).size;
  const timer = setInterval(() => {
    shorten(file).then(
      (shortened) => {
        if (shortened) begin = 0;
      },
      (error: unknown) => {
        onNotice(`${path} could not be shortened: ${String(error)}`);
      },
    );
  }, checkMilliseconds);
  timer.unref();
  return {
    descriptor: file.fd,
    tail: async (lines) => {
      const from = Math.max(begin, (await file.stat()).size - keptBytes);
      return (await readFrom(file, from)).toString().trimEnd().split('\n').slice(-lines).join('\n');
    },
    close: async () => {
      clearInterval(timer);
      await file.close();
    },
  };
}

/** Works beside a server that is writing: with O_APPEND its next line lands at the new end. */
async function shorten(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size <= largestLogBytes) return false;
  const kept = await readFrom(file, size - keptBytes);
  await file.truncate(0);
  await file.appendFile(kept.subarray(kept.indexOf('\n') + 1));
  return true;
}

async function readFrom(file: FileHandle, position: number): Promise<Buffer> {
  const length = Math.max(0, (await file.stat()).size - position);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
