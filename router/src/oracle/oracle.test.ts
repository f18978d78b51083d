import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plantMistake } from './plant-mistake.js';
import { PLANTED_MISTAKES } from './planted-mistakes.js';
import { committedSupergraph, featureSupergraphs, type TriedSupergraph } from './supergraphs.js';
import { emptyTally, prepareTrial, tryOperation, type Tally, type Trial } from './try-operations.js';

const SUPERGRAPHS = [committedSupergraph(), ...featureSupergraphs()];
const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const OPERATIONS = isFull ? Math.ceil(10_000 / SUPERGRAPHS.length) : 30;
/** Luck looks for what is not known yet in long runs only; a short one says whether what worked still does. */
const DEFAULT_SEED = isFull ? Math.floor(Math.random() * 2 ** 31) : 20_261_123;
const SEED = Number(process.env['ORACLE_SEED'] ?? DEFAULT_SEED);
const LONG = 1_800_000;

const tallies: Array<readonly [string, Tally]> = [];
const found: Array<readonly [string, number]> = [];

afterAll(() => {
  process.stdout.write(
    `\nRandom operations, ours against the stock executor; ORACLE_SEED=${SEED} repeats them.\n`,
  );
  for (const [name, { operations, runs, agreements, planParts }] of tallies) {
    const parts = Object.entries(planParts).map(([part, count]) => `${part} ${count}`);
    process.stdout.write(
      `  ${name}: ${operations} operations in ${runs} runs, ${agreements.equal} equal, ` +
        `${agreements['stock is wrong']} in which stock is wrong; plans with ${parts.join(', ')}\n`,
    );
  }
  for (const [name, operations] of found) {
    process.stdout.write(`  mistake found after ${operations} operations: ${name}\n`);
  }
});

async function tryMany(
  trial: Trial,
  runs: number,
  seed: number,
  tally: Tally,
  endOnFailure = false,
): Promise<void> {
  const choices = fc.array(fc.nat(999), { minLength: 60, maxLength: 300, size: 'max' });
  const property = fc.asyncProperty(choices, fc.nat(), async (decisions, data) => {
    fc.pre(await tryOperation(trial, decisions, data, tally));
  });
  await fc.assert(property, { numRuns: runs, seed, maxSkipsPerRun: 1_000, endOnFailure });
}

describe('random operations over', () => {
  it.each(SUPERGRAPHS.map((supergraph): [string, TriedSupergraph] => [supergraph.name, supergraph]))(
    '%s are answered as by the stock executor, or as by one service where that one is wrong',
    async (name, supergraph) => {
      const tally = emptyTally();
      tallies.push([name, tally]);
      await tryMany(await prepareTrial(supergraph), OPERATIONS, SEED, tally);
      expect(tally.operations).toBeGreaterThanOrEqual(OPERATIONS - tally.unplanned);
    },
    LONG,
  );

  it('have every part in their plans that the planner makes', () => {
    const parts = new Set(tallies.flatMap(([, { planParts }]) => Object.keys(planParts)));
    expect([...parts]).toEqual(
      expect.arrayContaining([
        'Sequence',
        'Parallel',
        'Flatten',
        'Condition',
        'Fetch of the root',
        'Fetch of entities',
        'inputRewrites',
        'outputRewrites',
        'nothing to fetch',
      ]),
    );
  });
});

describe('a mistake in the executor', () => {
  it.each(PLANTED_MISTAKES.map((mistake) => [mistake.name, mistake] as const))(
    'is found: %s',
    async (name, mistake) => {
      const supergraph = SUPERGRAPHS.find((each) => each.name.includes(mistake.supergraph));
      const trial = await prepareTrial(supergraph ?? committedSupergraph(), await plantMistake(mistake));
      const tally = emptyTally();
      // One seed for all times: whether a mistake is found must not depend on luck.
      await expect(tryMany(trial, 1_000, 1, tally, true)).rejects.toThrow('ours differs');
      found.push([name, tally.operations]);
    },
    LONG,
  );
});
