import { writeResult } from './report/write-result.js';
import type { BenchmarkResult } from './report/measurement.js';

/** The benchmarks, each loaded when it runs. */
const BENCHMARKS: Readonly<Record<string, () => Promise<BenchmarkResult>>> = {
  events: async () => (await import('./events/index.js')).measureEvents(),
  gateways: async () => (await import('./gateways/index.js')).measureGateways(),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0 || names.includes('--help')) {
  process.stderr.write(
    `npm run bench -- [${Object.keys(BENCHMARKS).join('] [')}]\n\nRuns the benchmarks that are named, else all of them, one after the other, and writes bench/results/.\nClose what else runs: they share the machine.\n`,
  );
  process.exit(names.includes('--help') ? 0 : 2);
}
for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (names.length === 0 || names.includes(name)) {
    process.stdout.write(`${name} …\n`);
    process.stdout.write(`${writeResult(await measure())}\n\n`);
  }
}
