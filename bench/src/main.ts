import { writeResult } from './report/write-result.js';
import type { BenchmarkResult } from './report/measurement.js';

/** The benchmarks, each loaded when it runs. */
const BENCHMARKS: Readonly<Record<string, (options: ReadonlyArray<string>) => Promise<BenchmarkResult>>> = {
  'entity-cache': async (options) => (await import('./entity-cache/index.js')).measureEntityCache(options),
  events: async () => (await import('./events/index.js')).measureEvents(),
  gateways: async () => (await import('./gateways/index.js')).measureGateways(),
  memory: async (options) => (await import('./memory/index.js')).measureMemory(options),
  migration: async (options) => (await import('./migration/index.js')).measureMigration(options),
  services: async (options) => (await import('./services/index.js')).measureServices(options),
};
/** Options of a benchmark, which it reads itself. */
const OPTIONS = /^--scale=/;

const options = process.argv.slice(2).filter((argument) => OPTIONS.test(argument));
const names = process.argv.slice(2).filter((argument) => !OPTIONS.test(argument));
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0 || names.includes('--help')) {
  process.stderr.write(
    `npm run bench -- [${Object.keys(BENCHMARKS).join('] [')}] [--scale=0.1]\n\nRuns the benchmarks that are named, else all of them, one after the other, and writes bench/results/.\n--scale makes entity-cache, memory, migration and services smaller.\nClose what else runs: they share the machine.\n`,
  );
  process.exit(names.includes('--help') ? 0 : 2);
}
for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (names.length === 0 || names.includes(name)) {
    process.stdout.write(`${name} …\n`);
    process.stdout.write(`${writeResult(await measure(options))}\n\n`);
  }
}
