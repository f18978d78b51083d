import { spawn } from 'node:child_process';

/** A shell command that runs. */
export interface RunningCommand {
  /** All that it printed until now, both streams. */
  output(): string;
  /** Its status; 128 when a signal ended it. */
  readonly ended: Promise<number>;
  /**
   * Waits until it has printed what `pattern` matches, after the first `from` characters.
   *
   * @throws when it ends before, or after 60 s, with all that it printed
   */
  waitFor(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** Does what Ctrl-C does in a terminal: a SIGINT to it and all that it started in its process group. */
  interrupt(): void;
  /** Ends it and its process group at once, when it still runs. */
  kill(): void;
}

const SIGNALLED_STATUS = 128;
const LONGEST_WAIT_MILLISECONDS = 60_000;

/** Starts a command with the shell, in a process group of its own, as a terminal does. */
export function startCommand(
  command: string,
  options: { readonly folder: string; readonly environment?: Readonly<Record<string, string>> },
): RunningCommand {
  const child = spawn('sh', ['-c', command], {
    cwd: options.folder,
    env: { ...terminalEnvironment(), ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      listeners.forEach((listener) => listener());
    });
  }
  let status: number | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      status = code ?? SIGNALLED_STATUS;
      resolve(status);
      listeners.forEach((listener) => listener());
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (status === undefined && child.pid !== undefined) {
      process.kill(-child.pid, name);
    }
  };
  return {
    output: () => text,
    ended,
    waitFor(pattern, from = 0) {
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          settle();
        };
        const fail = (why: string): void =>
          finish(() => reject(new Error(`\`${command}\` ${why} before it said ${pattern.source}:\n${text}`)));
        const look = (): void => {
          const found = pattern.exec(text.slice(from));
          if (found !== null) {
            finish(() => resolve(found));
          } else if (status !== undefined) {
            fail(`ended with status ${status}`);
          }
        };
        const timer = setTimeout(() => fail('took too long'), LONGEST_WAIT_MILLISECONDS);
        listeners.add(look);
        look();
      });
    },
    interrupt: () => signal('SIGINT'),
    kill: () => signal('SIGKILL'),
  };
}

/** What a fresh terminal would have: nothing that npm, Jest or this run set for their own processes. */
function terminalEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|JEST_|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$|SUPERGRAPH_)/.test(name),
    ),
  );
}
