import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readTextColumns, scanDatabase, type Finding } from '@supergraph/platform/personal-data';
import { readServices } from '@supergraph/schema/services';
import Table from 'cli-table3';
import type { Command, Option } from 'commander';
import { openDataFolder } from '../launcher/data-folder.js';
import { readOwnerUrls } from '../launcher/owner-urls.js';
import { TABLE_STYLE } from '../presentation/system-table.js';
import { ROOT } from '../root.js';

/** Adds `personal-data columns | scan`. */
export function addPersonalDataCommands(program: Command, dataOption: () => Option): void {
  const personal = program
    .command('personal-data')
    .description('Know where personal data lies, and prove that a person’s is gone.');
  personal
    .command('columns')
    .description('List every column that holds personal data and what erasing a person does to it.')
    .option('--json', 'print JSON for programs', false)
    .action(({ json }: { json: boolean }) => showColumns(json));
  personal
    .command('scan')
    .description(
      'Look for values in every table of every service, whatever the columns are annotated as. Reads the values, one a line, from standard input, so that they stay out of the shell’s history.',
    )
    .option('--json', 'print JSON for programs', false)
    .addOption(dataOption())
    .action(async ({ json, data }: { json: boolean; data: string }) => {
      await scan({ json, data, values: await readLines() });
    });
}

function showColumns(json: boolean): void {
  const columns = readServices(ROOT).flatMap((service) =>
    columnsOf(service.folder).map((column) => ({ service: service.name, ...column })),
  );
  const personal = columns.filter(({ holds }) => holds !== 'impersonal');
  if (json) {
    process.stdout.write(`${JSON.stringify(personal, null, 2)}\n`);
    return;
  }
  const table = new Table({
    head: ['service', 'table', 'column', 'when a person is erased'],
    ...TABLE_STYLE,
  });
  table.push(
    ...personal.map(({ service, table: name, column, holds, reason }) => [
      service,
      name,
      column,
      reason === null ? holds : `${holds}: ${reason}`,
    ]),
  );
  process.stdout.write(`${table.toString()}\n${personal.length} of ${columns.length} columns of text\n`);
}

interface ServiceFinding extends Finding {
  readonly service: string;
}

async function scan(options: {
  readonly json: boolean;
  readonly data: string;
  readonly values: ReadonlyArray<string>;
}): Promise<void> {
  const urls = await readOwnerUrls(openDataFolder(options.data));
  const scanned = await Promise.all(
    readServices(ROOT).map(async ({ name, folder }) => ({
      service: name,
      ...(await scanDatabase({
        url: urls[name] ?? '',
        schema: name,
        columns: columnsOf(folder),
        values: options.values,
      })),
    })),
  );
  const findings = scanned.flatMap(({ service, findings }) =>
    findings.map((finding): ServiceFinding => ({ service, ...finding })),
  );
  const wrong = findings.filter(({ holds }) => holds !== 'kept');
  if (options.json) {
    const looked = scanned.map(({ service, columns, rows }) => ({ service, columns, rows }));
    process.stdout.write(`${JSON.stringify({ looked, findings }, null, 2)}\n`);
  } else {
    process.stdout.write(`${describeScan(scanned, findings)}\n`);
  }
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

function describeScan(
  scanned: ReadonlyArray<{ readonly columns: number; readonly rows: number }>,
  findings: ReadonlyArray<ServiceFinding>,
): string {
  const columns = scanned.reduce((sum, one) => sum + one.columns, 0);
  const rows = scanned.reduce((sum, one) => sum + one.rows, 0);
  const looked = `Looked through ${rows.toLocaleString('en')} rows, ${columns} columns, ${scanned.length} databases.`;
  if (findings.length === 0) {
    return `${looked} Nothing was found.`;
  }
  const table = new Table({ head: ['service', 'table', 'column', 'rows', ''], ...TABLE_STYLE });
  table.push(
    ...findings.map(({ service, table: name, column, rows, holds, reason }) => [
      service,
      name,
      column,
      String(rows),
      holds === 'kept' ? `kept: ${reason ?? ''}` : 'MUST NOT BE THERE',
    ]),
  );
  return `${table.toString()}\n${looked}`;
}

function columnsOf(folder: string) {
  return readTextColumns(readFileSync(join(folder, 'prisma', 'schema.prisma'), 'utf8'));
}

async function readLines(): Promise<ReadonlyArray<string>> {
  if (process.stdin.isTTY) {
    process.stderr.write('Type what to look for, one value a line, and end with Ctrl-D:\n');
  }
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') lines.push(line.trim());
  }
  return lines;
}
