import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { buildManifest } from '@supergraph/schema';
import type { Command } from 'commander';
import { ROOT } from '../root.js';

interface ManifestOptions {
  readonly file?: string;
  readonly check: boolean;
}

/** Adds `schema manifest`, which lists operations for the router's safelist. */
export function addSchemaManifestCommand(schema: Command): void {
  schema
    .command('manifest')
    .description('List operations for ROUTER_PERSISTED_OPERATIONS_FILE, in Apollo’s manifest format.')
    .argument('[folder]', 'of .graphql files, one operation in each (default: schema/operations)')
    .option('--file <file>', 'where to write it; printed when not given')
    .option('--check', 'write nothing, and fail when the file is not up to date', false)
    .action(async (folder: string | undefined, { file, check }: ManifestOptions, command: Command) => {
      if (check && file === undefined) {
        command.error('Give --check the --file to compare with.');
      }
      const outcome = await buildManifest(ROOT, folder);
      if (outcome.type === 'refused') {
        const lines = outcome.problems.map(({ fileName, message }) => `  ${fileName}: ${message}\n`);
        process.stderr.write(`No manifest: operations that no client could send.\n${lines.join('')}`);
        process.exitCode = 1;
        return;
      }
      const text = `${JSON.stringify(outcome.manifest, null, 2)}\n`;
      const count = `${outcome.manifest.operations.length} operations`;
      if (file === undefined) {
        process.stdout.write(text);
      } else if (existsSync(file) && (await readFile(file, 'utf8')) === text) {
        process.stdout.write(`${file}: up to date, ${count}.\n`);
      } else if (check) {
        process.stderr.write(
          `${file} is not up to date; write it anew by the same command without --check.\n`,
        );
        process.exitCode = 1;
      } else {
        // The router may be watching: it sees the old list or the new one.
        const temporary = `${file}.${process.pid}.tmp`;
        await writeFile(temporary, text);
        await rename(temporary, file);
        process.stdout.write(`${file}: written, ${count}.\n`);
      }
    });
}
