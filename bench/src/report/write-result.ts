import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchmarkResult } from './measurement.js';
import { renderTable } from './render-table.js';

const FOLDER = fileURLToPath(new URL('../../results', import.meta.url));

/** Writes `results/<name>.json` and, from it, `results/<name>.md`; gives the table. */
export function writeResult(result: BenchmarkResult): string {
  mkdirSync(FOLDER, { recursive: true });
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    day: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(join(FOLDER, `${result.name}.json`), `${JSON.stringify({ machine, ...result }, null, 2)}\n`);
  const table = renderTable(result.measurements);
  const notes = result.notes.map((note) => `- ${note}`).join('\n');
  writeFileSync(
    join(FOLDER, `${result.name}.md`),
    `# ${result.title}\n\n\`${result.command}\` on ${machine.cores} cores (${machine.processor}), ${machine.memoryGigabytes} GB, Node ${machine.node}, ${machine.day}.\n\n${table}\n\n${notes}\n`,
  );
  return table;
}
