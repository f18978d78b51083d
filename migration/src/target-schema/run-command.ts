import { spawn } from 'node:child_process';
import { MigrationError } from '../errors/index.js';
import type { MappedService } from '../mapping/index.js';

const OUTPUT_CHARACTERS = 4_000;

/**
 * Runs the program that makes a service's tables.
 *
 * @throws {MigrationError} `COMMAND_FAILED` with the end of what it wrote
 */
export async function runSchemaCommand(
  target: Extract<MappedService['targetSchema'], { kind: 'command' }>,
  url: string,
): Promise<void> {
  const [program, ...rest] = target.command;
  if (program === undefined) return;
  const shown = target.command.join(' ');
  await new Promise<void>((resolve, reject) => {
    let output = '';
    // By standard input, since arguments are shown to every user of the machine. The name was checked in the mapping.
    const child = spawn(
      'sh',
      [
        '-c',
        `IFS= read -r url; ${target.variable}=$url; export ${target.variable}; exec "$@"`,
        'sh',
        program,
        ...rest,
      ],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        ...(target.directory === undefined ? {} : { cwd: target.directory }),
      },
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${url}\n`);
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) =>
      reject(
        new MigrationError('COMMAND_FAILED', `\`${shown}\` cannot be run: ${error.message}`, {
          cause: error,
        }),
      ),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new MigrationError('COMMAND_FAILED', `\`${shown}\` ended with ${String(code)}:\n${output.trim()}`),
        );
    });
  });
}
