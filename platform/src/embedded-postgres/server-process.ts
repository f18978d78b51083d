import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresError } from './errors.js';
import { spawnOptionsFor, type ServerUser } from './server-user.js';

const fastStopMilliseconds = 10_000;
const immediateStopMilliseconds = 5_000;

/** How a server's process ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running PostgreSQL server's first process. */
export interface ServerProcess {
  readonly processId: number;
  readonly exited: Promise<ServerExit>;
  /** How it ended; undefined while it runs. */
  exit(): ServerExit | undefined;
  /** Ends it: `fast` rolls back what runs and writes a checkpoint, `immediate` leaves that to the next start. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
}

const running = new Set<ChildProcess>();

/**
 * Starts the server's process with its standard error going to the log.
 *
 * The process leads a session of its own: a Ctrl-C in the terminal reaches the launcher only, which then ends services
 * and servers in that order. When the launcher ends without stopping it, by `process.exit` or an uncaught error, it is
 * told to end as well; when the launcher is killed the server goes on, and the next start on its folder replaces it.
 *
 * @throws EmbeddedPostgresError `START_FAILED` when the program cannot be run
 */
export async function spawnServer(
  binaries: PostgresBinaries,
  user: ServerUser,
  serverArguments: ReadonlyArray<string>,
  logDescriptor: number,
): Promise<ServerProcess> {
  const child = spawn(binaries.postgres, [...serverArguments], {
    ...spawnOptionsFor(user),
    detached: true,
    stdio: ['ignore', logDescriptor, logDescriptor],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      const message = `${binaries.postgres} cannot be run: ${error.message}`;
      reject(new EmbeddedPostgresError('START_FAILED', message, { cause: error }));
    });
  });
  let ended: ServerExit | undefined;
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = { code, signal };
      running.delete(child);
      if (running.size === 0) process.removeListener('exit', endAll);
      resolve(ended);
    });
  });
  if (running.size === 0) process.once('exit', endAll);
  running.add(child);
  return {
    processId: child.pid ?? 0,
    exited,
    exit: () => ended,
    stop: async (mode) => {
      // PostgreSQL's manual, "Shutting Down the Server": SIGINT is a fast shutdown, SIGQUIT an immediate one.
      if (mode === 'fast' && (await endsAfter(child, exited, 'SIGINT', fastStopMilliseconds))) return;
      if (await endsAfter(child, exited, 'SIGQUIT', immediateStopMilliseconds)) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function endsAfter(
  child: ChildProcess,
  exited: Promise<ServerExit>,
  signal: NodeJS.Signals,
  milliseconds: number,
): Promise<boolean> {
  child.kill(signal);
  const timeout = new AbortController();
  const ended = await Promise.race([
    exited.then(() => true),
    sleep(milliseconds, false, { signal: timeout.signal }).catch(() => false),
  ]);
  timeout.abort();
  return ended;
}

function endAll(): void {
  for (const child of running) child.kill('SIGINT');
}
