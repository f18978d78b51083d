import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { mergeUsageReports, parseUsageReport, UsageReportError, type UsageReport } from '@supergraph/schema';
import { InvalidArgumentError, type Command } from 'commander';

const DEADLINE_MILLISECONDS = 10_000;
const DAY_MILLISECONDS = 86_400_000;

/** Adds `schema usage`, which gathers what routers counted. */
export function addSchemaUsageCommand(schema: Command): void {
  schema
    .command('usage')
    .description(
      'Gather from routers which parts of the schema clients use, into a file for `schema check --usage`.',
    )
    .argument('<address...>', 'of the `/usage` of every router, such as http://127.0.0.1:9400/usage')
    .requiredOption('--file <file>', 'where to keep it; what it holds already is kept too')
    .option('--days <number>', 'forget what was counted longer ago', wholeDays, 90)
    .action(
      async (addresses: ReadonlyArray<string>, options: { readonly file: string; readonly days: number }) => {
        const kept = existsSync(options.file) ? [options.file] : [];
        const forgetBefore = new Date(Date.now() - options.days * DAY_MILLISECONDS).toISOString();
        const report = mergeUsageReports([await readUsageReports([...kept, ...addresses])], forgetBefore);
        const temporary = `${options.file}.${process.pid}.tmp`;
        await writeFile(temporary, `${JSON.stringify(report)}\n`);
        await rename(temporary, options.file);
        const coordinates = new Set(
          report.instances.flatMap(({ uses }) => uses.map((use) => use.coordinate)),
        );
        process.stdout.write(
          `${options.file}: ${coordinates.size} parts of the schema used, as ${report.instances.length} router processes counted.\n`,
        );
      },
    );
}

/**
 * Reads reports of use from files and addresses and puts them together.
 *
 * @throws UsageReportError when one cannot be read
 */
export async function readUsageReports(from: ReadonlyArray<string>): Promise<UsageReport> {
  return mergeUsageReports(
    await Promise.all(from.map(async (place) => parseUsageReport(await readText(place), place))),
  );
}

async function readText(place: string): Promise<string> {
  try {
    if (!/^https?:/.test(place)) {
      return await readFile(place, 'utf8');
    }
    const response = await fetch(place, { signal: AbortSignal.timeout(DEADLINE_MILLISECONDS) });
    if (response.ok) {
      return await response.text();
    }
    throw new Error(`it answers with status ${response.status}`);
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new UsageReportError(`${place} cannot be read: ${reason}.`, { cause: error });
  }
}

function wholeDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new InvalidArgumentError('It is a whole number of days.');
  }
  return Number(text);
}
