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
/** Room for what went wrong and for the stack that follows it. */
const LAST_LINES = 20;

/**
 * Starts a process and waits until it says that it is ready; starts it again whenever it ends by itself, at once
 * the first time and with growing pauses while it keeps ending.
 *
 * @throws when it does not become ready, with the last lines of its log
 */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  let current: SpawnedProcess | undefined;
  let stopping = false;
  /** A process that never became ready is the caller's to judge; only one that had started is started again. */
  let hadStarted = false;
  let failures = 0;
  let pending: NodeJS.Timeout | undefined;

  const launch = async (): Promise<string> => {
    clearTimeout(pending);
    const started = spawn(options);
    current = started;
    const begin = Date.now();
    void started.exited.then(({ code, signal }) => {
      if (current === started) {
        current = undefined;
      }
      if (stopping || started.expected || !hadStarted) {
        return;
      }
      failures = Date.now() - begin > STEADY_MILLISECONDS ? 1 : failures + 1;
      const pause = failures <= 1 ? 0 : Math.min(100 * 2 ** failures, 5_000);
      options.onNotice(`${options.name} ended by itself (${signal ?? `status ${code}`}); starting it again`);
      pending = setTimeout(() => {
        launch().catch((error: unknown) => options.onNotice((error as Error).message));
      }, pause);
    });
    return started.ready;
  };

  const end = async (): Promise<void> => {
    clearTimeout(pending);
    const ending = current;
    if (ending === undefined) {
      return;
    }
    ending.expected = true;
    ending.child.kill('SIGTERM');
    const cut = setTimeout(() => ending.child.kill('SIGKILL'), options.stopMilliseconds);
    await ending.exited;
    clearTimeout(cut);
  };

  let url: string;
  try {
    url = await launch();
    hadStarted = true;
  } catch (error) {
    stopping = true;
    await end();
    throw error;
  }
  return {
    name: options.name,
    url,
    processId: () => current?.child.pid,
    async restart() {
      await end();
      failures = 0;
      await launch();
    },
    async stop() {
      stopping = true;
      await end();
    },
  };
}

interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface SpawnedProcess {
  readonly child: ChildProcess;
  /** Gives the address that it listens on. */
  readonly ready: Promise<string>;
  readonly exited: Promise<ProcessExit>;
  /** The launcher itself ended it. */
  expected: boolean;
}

function spawn(options: ProcessOptions): SpawnedProcess {
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
      lastLines.splice(0, Math.max(0, lastLines.length - LAST_LINES));
    });
  }
  log.once('error', (error) => options.onNotice(`The log of ${options.name} ends here: ${error.message}`));
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => {
      // A program that cannot be run at all never exits.
      if (child.pid === undefined) {
        lastLines.push(error.message);
        resolve({ code: null, signal: null });
      }
    });
  });
  // What it wrote last may be read after its end.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void closed.then(() => log.end());
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
    void Promise.all([exited, closed]).then(([{ code, signal }]) => {
      clearTimeout(timer);
      fail(`ended at its start (${signal ?? `status ${code}`})`);
    });
  });
  // A failure after the start is told by the exit handler; nobody may be waiting for readiness then.
  ready.catch(() => undefined);
  return { child, ready, exited, expected: false };
}
