import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** A process that the launcher looks after. */
export interface ManagedProcess {
  readonly name: string;
  readonly url: string;
  /** Undefined while it is down. */
  processId(): number | undefined;
  /** Ends it in good order and starts it again, with whatever code is compiled now. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** How to start it. */
export interface ProcessOptions {
  readonly name: string;
  /** The compiled module to run. */
  readonly module: string;
  /** All that the process sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly onNotice: (message: string) => void;
  /** How long an end in good order may take, in milliseconds. */
  readonly stopMilliseconds: number;
}

const READY_MILLISECONDS = 30_000;
/** A process that lived this long had started well: its next restart comes at once again. */
const STEADY_MILLISECONDS = 10_000;

/**
 * Starts a process and waits until it says that it is ready; starts it again whenever it ends by itself, at once
 * the first time and with growing pauses while it keeps ending.
 *
 * @throws when it does not become ready, with the last lines of its log
 */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  let child: ChildProcess | undefined;
  let current: ReturnType<typeof spawn> | undefined;
  let stopping = false;
  /** A process that never became ready is the caller's to judge; only one that had started is started again. */
  let hadStarted = false;
  let failures = 0;
  let url = '';

  const launch = async (): Promise<void> => {
    const started = spawn(options);
    child = started.child;
    const begin = Date.now();
    started.child.once('exit', (code, signal) => {
      child = undefined;
      if (stopping || started.expected || !hadStarted) {
        return;
      }
      failures = Date.now() - begin > STEADY_MILLISECONDS ? 0 : failures + 1;
      const pause = failures <= 1 ? 0 : Math.min(100 * 2 ** failures, 5_000);
      options.onNotice(`${options.name} ended by itself (${signal ?? `status ${code}`}); starting it again`);
      setTimeout(() => {
        if (!stopping) {
          launch().catch((error: unknown) => options.onNotice((error as Error).message));
        }
      }, pause);
    });
    current = started;
    url = await started.ready;
  };

  const end = async (): Promise<void> => {
    const ending = child;
    if (ending === undefined || current === undefined) {
      return;
    }
    current.expected = true;
    const exited = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill('SIGTERM');
    const cut = setTimeout(() => ending.kill('SIGKILL'), options.stopMilliseconds);
    await exited;
    clearTimeout(cut);
  };

  try {
    await launch();
    hadStarted = true;
  } catch (error) {
    stopping = true;
    await end();
    throw error;
  }
  return {
    name: options.name,
    url,
    processId: () => child?.pid,
    async restart() {
      await end();
      await launch();
    },
    async stop() {
      stopping = true;
      await end();
    },
  };
}

function spawn(options: ProcessOptions): { child: ChildProcess; ready: Promise<string>; expected: boolean } {
  const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  const child = fork(options.module, [], {
    env: { ...options.environment },
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C reaches the whole group of a terminal; the launcher alone decides when a process ends.
    detached: true,
  });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log.write(chunk);
      lastLines.push(...chunk.toString('utf8').trimEnd().split('\n'));
      lastLines.splice(0, Math.max(0, lastLines.length - 5));
    });
  }
  child.once('exit', () => log.end());
  const ready = new Promise<string>((resolve, reject) => {
    const fail = (reason: string): void =>
      reject(
        new Error(
          `${options.name} ${reason}. Its log, ${options.logFile}, ends with:\n${lastLines.join('\n')}`,
        ),
      );
    const timer = setTimeout(
      () => fail(`was not ready within ${READY_MILLISECONDS / 1000} s`),
      READY_MILLISECONDS,
    );
    child.once('message', (message: { readonly url: string }) => {
      clearTimeout(timer);
      resolve(message.url);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended at its start (${signal ?? `status ${code}`})`);
    });
  });
  // A failure after the start is told by the exit handler; nobody may be waiting for readiness then.
  ready.catch(() => undefined);
  return { child, ready, expected: false };
}
