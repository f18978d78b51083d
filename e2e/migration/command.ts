import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../harness/root.js';

/** How `npm run migration -- …` ended. */
export interface MigrationEnd {
  /** 128 when a signal ended it. */
  readonly status: number;
  readonly output: string;
}

/** Runs the command in a process of its own, as a person does after `npm start -- --topology shared`. */
export function migration(
  dataFolder: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
): Promise<MigrationEnd> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'migration', 'dist', 'main.js'), ...args],
      {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          MIGRATION_SETTINGS: join(dataFolder, 'migration.env'),
          ...environment,
        },
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 128;
        resolve({ status, output: `${stdout}${stderr}` });
      },
    );
  });
}

/** The same where it has to succeed. */
export async function migrate(dataFolder: string, ...args: ReadonlyArray<string>): Promise<string> {
  const { status, output } = await migration(dataFolder, args);
  if (status !== 0) throw new Error(`migration ${args.join(' ')} ended with ${status}:\n${output}`);
  return output;
}
