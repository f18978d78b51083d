import { afterAll, describe, expect, it } from '@jest/globals';
import { PLANTED_BUGS } from './planted-bugs.js';
import { runProperty } from './run-with-bug.js';

const PATIENCE_MILLISECONDS = 900_000;
const rows: string[][] = [['property', 'planted bug', 'found']];

afterAll(() => {
  if (rows.length === 1) {
    return;
  }
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  process.stdout.write(`${lines.join('\n')}\n`);
});

describe('the property tests find a bug that is planted in a copy of their service', () => {
  it.each(PLANTED_BUGS)(
    '$property: $name',
    async (bug) => {
      const { passed, failure, runs } = await runProperty(bug, bug.replacements);
      expect({ passed, failure }).toEqual({ passed: false, failure: expect.stringMatching(bug.sign) });
      expect(runs).toBeGreaterThan(0);
      rows.push([bug.property, bug.name, `in run ${runs}`]);
    },
    PATIENCE_MILLISECONDS,
  );

  const tests = [
    ...new Map(PLANTED_BUGS.map((bug) => [`${bug.service} ${bug.test} ${bug.testName}`, bug])).values(),
  ];
  it.each(tests)(
    'and pass on a copy without one: $service, $testName',
    async (bug) => {
      expect(await runProperty(bug, [])).toMatchObject({ passed: true, failure: '' });
    },
    PATIENCE_MILLISECONDS,
  );
});
