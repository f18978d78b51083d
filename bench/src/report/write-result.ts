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
  const { sections, pictures = {}, ...figures } = result;
  writeFileSync(join(FOLDER, `${result.name}.json`), `${JSON.stringify({ machine, ...figures }, null, 2)}\n`);
  for (const [name, svg] of Object.entries(pictures)) {
    writeFileSync(join(FOLDER, name), svg);
  }
  const table = renderTable(result.measurements);
  const parts = [
    `# ${result.title}`,
    `\`${result.command}\` on ${machine.cores} cores (${machine.processor}), ${machine.memoryGigabytes} GB, Node ${machine.node}, ${machine.day}.`,
    ...Object.keys(pictures).map((name) => `![${result.title}](${name})`),
    table,
    ...(sections === undefined ? [] : [sections]),
    result.notes.map((note) => `- ${note}`).join('\n'),
  ];
  writeFileSync(join(FOLDER, `${result.name}.md`), `${parts.join('\n\n')}\n`);
  return table;
}
