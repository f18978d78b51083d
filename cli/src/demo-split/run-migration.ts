import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../root.js';

/** How `npm run migration -- …` ended. */
export interface MigrationEnd {
  /** 128 when a signal ended it. */
  readonly status: number;
  /** All that it said, in its order. */
  readonly output: string;
  /** What programs read; progress and complaints are apart from it. */
  readonly stdout: string;
}

/** What to run, and who listens. */
export interface MigrationRun {
  /** Of a launcher that runs the shared topology. */
  readonly dataFolder: string;
  readonly args: ReadonlyArray<string>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told each line as it is written. */
  readonly onLine?: (line: string) => void;
  /** Ends the command early. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs the command in a process of its own, as a person does after `npm start -- --topology shared`. */
export async function runMigration({
  dataFolder,
  args,
  environment = {},
  onLine,
  signal,
}: MigrationRun): Promise<MigrationEnd> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [join(ROOT, 'migration', 'dist', 'main.js'), ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      MIGRATION_SETTINGS: join(dataFolder, 'migration.env'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end, { once: true });
  const lines: Array<{ readonly line: string; readonly isOutput: boolean }> = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push({ line, isOutput: stream === child.stdout });
      onLine?.(line);
    });
  }
  const text = (those: typeof lines): string => those.map(({ line }) => `${line}\n`).join('');
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 128));
    });
    return { status, output: text(lines), stdout: text(lines.filter(({ isOutput }) => isOutput)) };
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
