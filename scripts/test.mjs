/**
 * Runs the tests from the TypeScript sources.
 *
 *   node scripts/test.mjs [--full | --long] [jest arguments]
 *
 * `--full` adds the files named `.long.test.ts`, and runs at full size what asks for `SUPERGRAPH_TEST_FULL`. `--long`
 * runs these alone: together with a run without either it is all that `--full` runs.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { filesToTest } from './files-to-test.mjs';

const options = new Set(['--full', '--long']);
const asked = process.argv.slice(2).filter((argument) => options.has(argument));
const rest = process.argv.slice(2).filter((argument) => !options.has(argument));
const root = join(import.meta.dirname, '..');
const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
const long = filesToTest(root).filter(
  (file) => file.endsWith('.long.test.ts') || readFileSync(file, 'utf8').includes('SUPERGRAPH_TEST_FULL'),
);
if (asked.length === 0 && rest.length === 0) {
  const leftOut = long.filter((file) => file.endsWith('.long.test.ts')).length;
  process.stdout.write(
    `Left out: ${leftOut} long test files, and full sizes. \`npm run test:full\` adds them.\n`,
  );
}
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--maxWorkers=${Math.max(2, Math.floor(availableParallelism() / 2))}`,
    ...(asked.includes('--long') ? ['--runTestsByPath', ...long.map((file) => relative(root, file))] : []),
    ...rest,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(asked.length > 0 ? { SUPERGRAPH_TEST_FULL: '1' } : {}) },
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => child.kill(signal));
}
child.once('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
