/**
 * Runs the tests from the TypeScript sources.
 *
 *   node scripts/test.mjs [--full] [jest arguments]
 *
 * `--full` adds the long ones, which ask for `SUPERGRAPH_TEST_FULL`.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

const full = process.argv.includes('--full');
const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--maxWorkers=${Math.max(2, Math.floor(availableParallelism() / 2))}`,
    ...process.argv.slice(2).filter((argument) => argument !== '--full'),
  ],
  { stdio: 'inherit', env: { ...process.env, ...(full ? { SUPERGRAPH_TEST_FULL: '1' } : {}) } },
);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => child.kill(signal));
}
child.once('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
