import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../harness/root.js';
import type { PlantedBug, Replacement } from './planted-bug.js';

/** How a property test ended on a copy of its service. */
export interface PropertyRun {
  readonly passed: boolean;
  /** What it said when it failed, without the example that it found; empty otherwise. */
  readonly failure: string;
  /** After how many runs the property failed; undefined when it did not say. */
  readonly runs: number | undefined;
}

/** What the runner's `--json` holds of what is read here. */
interface Report {
  readonly testResults: ReadonlyArray<{
    readonly message: string;
    readonly assertionResults: ReadonlyArray<{
      readonly status: 'passed' | 'failed' | 'pending';
      readonly failureMessages: ReadonlyArray<string>;
    }>;
  }>;
}

/**
 * Copies a service, plants the replacements in the copy, and runs its property test there on a PostgreSQL of its own.
 *
 * @throws when what is to be replaced is not there exactly once, or when the test did not run at all
 */
export async function runProperty(
  { service, test, testName }: Pick<PlantedBug, 'service' | 'test' | 'testName'>,
  replacements: ReadonlyArray<Replacement>,
): Promise<PropertyRun> {
  const root = mkdtempSync(join(tmpdir(), 'supergraph-planted-'));
  try {
    const folder = join(root, 'subgraphs', service);
    cpSync(join(ROOT, 'subgraphs', service), folder, {
      recursive: true,
      filter: (path) => !/[\\/](dist|node_modules)$/.test(path),
    });
    for (const file of ['jest.config.mjs', 'package.json']) {
      cpSync(join(ROOT, file), join(root, file));
    }
    for (const packages of ['node_modules', join('subgraphs', service, 'node_modules')]) {
      if (existsSync(join(ROOT, packages))) {
        symlinkSync(join(ROOT, packages), join(root, packages));
      }
    }
    replacements.forEach((replacement) => plant(folder, replacement));
    const report = join(root, 'report.json');
    const output = await runTest(root, { test: join(folder, test), testName, report });
    return readRun(report, output);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function plant(folder: string, { file, right, wrong }: Replacement): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(right).length !== 2) {
    throw new Error(`${file} does not hold once: ${right}`);
  }
  writeFileSync(
    path,
    text.replace(right, () => wrong),
  );
}

/** Runs one test of one file to its end, and gives what the runner printed. */
function runTest(
  root: string,
  args: { readonly test: string; readonly testName: string; readonly report: string },
): Promise<string> {
  const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
  // What the runner above told its own worker is nothing for this one.
  const environment = { ...process.env, JEST_WORKER_ID: undefined, NODE_OPTIONS: undefined };
  const child = spawn(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--maxWorkers=1'],
      ...['--reporters=default', '--json', '--outputFile', args.report, '--testNamePattern', args.testName],
      ...['--runTestsByPath', args.test],
    ],
    { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

function readRun(file: string, output: string): PropertyRun {
  if (!existsSync(file)) {
    throw new Error(`The test did not run:\n${output}`);
  }
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const ran = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'pending');
  const [only] = ran;
  if (ran.length !== 1 || only === undefined) {
    throw new Error(`One test should have run, and ${ran.length} did:\n${output}`);
  }
  const message = only.failureMessages.join('\n');
  const runs = /Property failed after (\d+) tests/.exec(message)?.[1];
  return {
    passed: only.status === 'passed',
    failure: message.replace(/^[^]*\nShrunk \d+ time\(s\)\n/, ''),
    runs: runs === undefined ? undefined : Number(runs),
  };
}
