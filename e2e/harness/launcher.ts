import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeEmbeddedPostgres } from '@supergraph/platform/embedded-postgres';
import { descendantsOf, describeProcess, stillRunning, waitUntil, type SeenProcess } from './process-tree.js';

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

/** Who runs a command, and with what. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Another user than the test's own; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A command that has ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `supergraph up` as a real process, at the head of a process group of its own as in a terminal. */
export interface Launcher {
  readonly processId: number;
  stdout(): string;
  stderr(): string;
  /** Waits until the table is shown and gives the router's address, such as `http://localhost:15321`. */
  ready(): Promise<string>;
  /** Waits until it has said this. */
  says(text: string): Promise<void>;
  /** Address by what it names, as the table shows it. */
  addresses(): Readonly<Record<string, string>>;
  /** What it started and what these started, as far as it runs now; remembered, so that nothing is left over. */
  descendants(): ReadonlyArray<SeenProcess>;
  send(signal: NodeJS.Signals, to?: 'process' | 'group'): void;
  readonly ended: Promise<Ended>;
  /** Ctrl-C, then the end. */
  stop(): Promise<Ended>;
}

/** Runs the `supergraph` command to its end. */
export function supergraph(parameters: ReadonlyArray<string>, options: CommandOptions = {}): Promise<Ended> {
  return start(parameters, options).ended;
}

/** A folder for data of its own, and what ends and removes all that was started on it. */
export interface DataUnderTest {
  readonly folder: string;
  up(parameters?: ReadonlyArray<string>, options?: CommandOptions): Launcher;
  /** Ends by force what still runs, and removes everything. */
  remove(): Promise<void>;
}

/** Makes a data folder for launchers that are started one after another. */
export function makeDataFolder(
  options: { readonly parent?: string; readonly owner?: { uid: number; gid: number } } = {},
): DataUnderTest {
  const home = mkdtempSync(join(options.parent ?? tmpdir(), 'supergraph-launcher-'));
  // The PostgreSQL servers of root run as another user, who has to pass through.
  chmodSync(home, 0o755);
  const folder = join(home, 'data');
  if (options.owner !== undefined) {
    chownSync(home, options.owner.uid, options.owner.gid);
  }
  const launchers: Launcher[] = [];
  return {
    folder,
    up(parameters = ['--port', '0'], commandOptions = {}) {
      const launcher = startLauncher(['up', '--data', folder, ...parameters], {
        ...commandOptions,
        environment: { HOME: home, ...commandOptions.environment },
      });
      launchers.push(launcher);
      return launcher;
    },
    async remove() {
      for (const launcher of launchers) {
        await endByForce(launcher);
      }
      await removeClusters(folder);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until none of them runs; a failure names those that do, and what each of their threads waits for. */
export async function expectNothingLeft(processes: ReadonlyArray<SeenProcess>): Promise<void> {
  await waitUntil(
    () => stillRunning(processes).length === 0,
    () => `the end of\n${stillRunning(processes).map(describeProcess).join('\n')}`,
  );
}

function startLauncher(parameters: ReadonlyArray<string>, options: CommandOptions): Launcher {
  const { child, output, ended } = start(parameters, options);
  const seen = new Map<string, SeenProcess>();
  const says = async (text: string): Promise<void> => {
    let over: Ended | undefined;
    void ended.then((value) => (over = value));
    await waitUntil(() => output.stdout.includes(text) || over !== undefined, `"${text}"`, 60_000);
    if (!output.stdout.includes(text)) {
      throw new Error(`It ended before it said "${text}":\n${output.stdout}\n${output.stderr}`);
    }
  };
  const addresses = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...output.stdout.matchAll(/^│ (\w+)\s+│ (http:\S+)/gm)].map(([, name = '', url = '']) => [name, url]),
    );
  const processId = child.pid ?? 0;
  const launcher: Launcher = {
    processId,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    says,
    async ready() {
      await says('Ctrl-C ends all of it.');
      launcher.descendants();
      return String(addresses()['router']).replace(/\/graphql$/, '');
    },
    addresses,
    descendants() {
      const now = descendantsOf(processId);
      now.forEach((process) => seen.set(`${process.id} ${process.startMark}`, process));
      return [...seen.values()];
    },
    send(signal, to = 'process') {
      process.kill(to === 'group' ? -processId : processId, signal);
    },
    ended,
    async stop() {
      launcher.send('SIGINT');
      return ended;
    },
  };
  return launcher;
}

function start(
  parameters: ReadonlyArray<string>,
  { environment = {}, user }: CommandOptions,
): { child: ChildProcess; output: { stdout: string; stderr: string }; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...parameters], {
    // Nothing of what the test's own process is told about databases, ports and secrets.
    env: { PATH: process.env['PATH'], ...environment },
    // No ordinary user may enter every folder that a test is run in.
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    // Not `close`: a server that outlives a killed launcher must not keep the test waiting.
    child.once('exit', (status, signal) => setImmediate(() => resolve({ status, signal, ...output })));
  });
  return { child, output, ended };
}

async function endByForce(launcher: Launcher): Promise<void> {
  for (const { id } of stillRunning(launcher.descendants())) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  try {
    launcher.send('SIGKILL');
  } catch {
    // It ended long ago.
  }
  await launcher.ended;
}

/** Clusters may lie elsewhere than in the folder, where the server's user could not reach it. */
async function removeClusters(folder: string): Promise<void> {
  const names = {
    separate: ['auth', 'profile', 'payments', 'admin'],
    shared: ['shared', 'next_auth', 'next_profile', 'next_payments', 'next_admin'],
  } as const;
  for (const [topology, servers] of Object.entries(names)) {
    for (const name of servers) {
      const directory = join(folder, 'postgres', topology, name);
      mkdirSync(join(folder, 'postgres', topology), { recursive: true });
      await removeEmbeddedPostgres(directory);
    }
  }
}
