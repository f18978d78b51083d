import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** How a run of the command ended. */
export interface CommandEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** The `migration` command, to be run and killed as a process of its own. */
export interface TestCommand {
  /** What comes before the arguments, for who starts it otherwise. */
  readonly program: ReadonlyArray<string>;
  /** @param environment all of it; nothing is inherited */
  run(args: ReadonlyArray<string>, environment: NodeJS.ProcessEnv): Promise<CommandEnd>;
  remove(): Promise<void>;
}

/** Makes the command from the sources as they are. It lies where it finds the installed packages. */
export async function buildTestCommand(): Promise<TestCommand> {
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/supergraph', import.meta.url));
  const file = `${folder}/migration-test-${process.pid}.mjs`;
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL('../main.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    logLevel: 'warning',
    plugins: [
      {
        name: 'installed packages stay outside',
        setup(esbuild) {
          esbuild.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@supergraph/') ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return {
    program: [process.execPath, file],
    run: (args, environment) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [file, ...args], {
          env: environment,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.once('error', reject);
        child.once('close', (status, signal) => resolve({ status, signal, output }));
      }),
    remove: () => rm(file, { force: true }),
  };
}
