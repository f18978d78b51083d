import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root.js';

/** What a command said and how it ended. */
export interface CommandResult {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs `supergraph …` on a running system. Build before: tests of the command line run what users run. */
export async function supergraph(
  args: ReadonlyArray<string>,
  options: { readonly dataFolder: string; readonly input?: string },
): Promise<CommandResult> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'cli', 'dist', 'main.js'), ...args, '--data', options.dataFolder],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.end(options.input ?? '');
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 128)));
  return { status, output, errors };
}
