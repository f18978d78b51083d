import { once } from 'node:events';
import type { Command, Option } from 'commander';
import { openDataFolder } from '../launcher/data-folder.js';
import { readOwnerUrls } from '../launcher/owner-urls.js';

interface ExportOptions {
  readonly data: string;
  readonly actor?: string;
  readonly action?: string;
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly from?: string;
  readonly before?: string;
}

/** Adds `audit verify | export`. */
export function addAuditCommands(program: Command, dataOption: () => Option): void {
  const audit = program.command('audit').description('Verify the audit log, and take it elsewhere.');
  audit
    .command('verify')
    .description('Go through the hash chain of the whole log. Ends with status 1 where it is not whole.')
    .option('--json', 'print JSON for programs', false)
    .addOption(dataOption())
    .action((options: { data: string; json: boolean }) => verify(options));
  audit
    .command('export')
    .description('Write the log as JSON Lines to standard output, the oldest entry first.')
    .option('--actor <uuid>', 'only what this user did')
    .option('--action <name>', 'only this, such as user.suspended')
    .option('--resource-type <type>', 'only what was done to things of this type')
    .option('--resource-id <id>', 'only what was done to this')
    .option('--from <moment>', 'only what was done then or later, such as 2026-01-31T12:00:00Z')
    .option('--before <moment>', 'only what was done before')
    .addOption(dataOption())
    .action((options: ExportOptions) => exportLog(options));
}

async function verify({ data, json }: { readonly data: string; readonly json: boolean }): Promise<void> {
  // Loaded late: no other command needs the service.
  const { verifyAuditLog } = await import('@supergraph/admin');
  const isTerminal = process.stderr.isTTY && !json;
  const report = await verifyAuditLog(await findDatabase(data), (entries) => {
    if (isTerminal) {
      process.stderr.write(`\r${entries.toLocaleString('en')} entries …`);
    }
  });
  if (isTerminal) {
    process.stderr.write('\r\u001b[K');
  }
  if (json) {
    const plain = JSON.stringify(
      report,
      (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
      2,
    );
    process.stdout.write(`${plain}\n`);
  } else if (report.whole) {
    process.stdout.write(
      `The audit log is whole: ${report.entries.toLocaleString('en')} entries.\nIts head is ${report.head.sequence} ${report.head.hash}. Note it elsewhere: entries that are cut off at the end show in no chain.\n`,
    );
  } else {
    const breaks = report.breaks.map(
      ({ sequence, id, kind, parts }) =>
        `  entry ${sequence} (${id}): ${EXPLANATIONS[kind]}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    );
    process.stdout.write(`The audit log is NOT whole:\n${breaks.join('\n')}\n`);
  }
  process.exitCode = report.whole ? 0 : 1;
}

const EXPLANATIONS = {
  missing: 'entries before it are gone',
  unlinked: 'it is not tied to the entry before it',
  changed: 'it is not what was recorded',
  falseDisclosure: 'what is told beside it is not what was recorded',
} as const;

async function exportLog({ data, ...filter }: ExportOptions): Promise<void> {
  const { exportAuditLog } = await import('@supergraph/admin');
  await exportAuditLog(await findDatabase(data), filter, async (lines) => {
    if (!process.stdout.write(lines)) {
      await once(process.stdout, 'drain');
    }
  });
}

async function findDatabase(data: string): Promise<string> {
  return (await readOwnerUrls(openDataFolder(data)))['admin'] ?? '';
}
