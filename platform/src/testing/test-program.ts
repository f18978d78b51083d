import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A program that a test wrote, to be run as a process of its own: to be signalled, killed and left alone. */
export interface TestProgram {
  readonly file: string;
  /** Starts it with a channel to this process and its output in pipes. */
  start(options?: SpawnOptions): RunningProgram;
  /** Ends what still runs and removes the file. */
  remove(): Promise<void>;
}

/** A process that was started. */
export interface RunningProgram {
  readonly child: ChildProcess;
  /** What it wrote to standard output and standard error so far. */
  output(): string;
  /** The next message over the channel. Rejects when the process ends before. */
  message(): Promise<unknown>;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>;
}

/**
 * Makes a program from the sources as they are.
 *
 * @param source TypeScript; imports begin at `platform/src`, such as `./http/index.js`
 */
export async function buildTestProgram(source: string): Promise<TestProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-test-program-'));
  const file = join(folder, 'program.mjs');
  const running = new Set<RunningProgram>();
  await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native', 'pg-cloudflare'],
    // CommonJS packages require Node's own modules.
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
  });
  return {
    file,
    start(options = {}) {
      const program = run(file, options);
      running.add(program);
      void program.ended.then(() => running.delete(program));
      return program;
    },
    async remove() {
      const left = [...running];
      left.forEach(({ child }) => child.kill('SIGKILL'));
      await Promise.all(left.map(({ ended }) => ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run(file: string, options: SpawnOptions): RunningProgram {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], ...options });
  let output = '';
  const read = [child.stdout, child.stderr].map(async (stream) => {
    for await (const chunk of stream ?? []) {
      output += String(chunk);
    }
  });
  // Not `close`, which never comes once the channel was closed from this side.
  const exited = new Promise<Awaited<RunningProgram['ended']>>((resolve) =>
    child.once('exit', (status, signal) => resolve({ status, signal })),
  );
  const ended = Promise.all([exited, ...read]).then(([exit]) => exit);
  return {
    child,
    output: () => output,
    ended,
    message: () =>
      new Promise((resolve, reject) => {
        child.once('message', resolve);
        void ended.then(() => reject(new Error(`The program ended without a message:\n${output}`)));
      }),
  };
}
