import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openGate, type Gate } from '../gate/index.js';
import { startService } from '../start/index.js';
import type { Side } from '../state/index.js';
import { readStatus } from '../status/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { until } from '../testing/until.js';
import { verifyService } from '../verify/index.js';
import { cutoverService } from './cutover.js';
import { rollbackService } from './rollback.js';

/* Who vacuums a table keeps it from being locked; clients are not to be held for that. */

let library: Library;
let held: number[];
let gate: Gate;

beforeAll(async () => {
  library = await startLibrary({ members: 20 });
  const bare = openGate();
  gate = {
    ...bare,
    async hold(wish) {
      held.push(performance.now());
      await bare.hold(wish);
    },
  };
  await startService(options());
}, 120_000);
afterAll(() => library.stop());

const options = () => ({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });
const switching = () => ({ ...options(), gate, budgetMilliseconds: 20_000 });

/** Holds the lock that VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY hold. */
async function maintain(side: Side): Promise<pg.Client> {
  const url = side === 'source' ? library.endpoints.source : library.endpoints.target;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE lending.loans IN SHARE UPDATE EXCLUSIVE MODE');
  return client;
}

/** Whether somebody waits for it. */
async function isWaitedFor(side: Side): Promise<boolean> {
  const { rowCount } = await library[side].query(
    `SELECT 1 FROM pg_locks WHERE relation = 'lending.loans'::regclass AND NOT granted`,
  );
  return rowCount !== null && rowCount > 0;
}

/** @returns when the maintenance ended */
async function maintainDuring(side: Side, work: () => Promise<unknown>): Promise<number> {
  const client = await maintain(side);
  const working = work();
  await until(() => isWaitedFor(side));
  await sleep(300);
  const endedAt = performance.now();
  await client.end();
  await working;
  return endedAt;
}

describe('maintenance that holds a table', () => {
  it.each<Side>(['source', 'target'])('on the %s is waited out before clients are held', async (side) => {
    for (const work of [cutoverService, rollbackService]) {
      if (work === cutoverService) expect(await verifyService(options())).toMatchObject({ agrees: true });
      held = [];
      const endedAt = await maintainDuring(side, () => work(switching()));
      expect(held).toHaveLength(1);
      expect(held[0]).toBeGreaterThan(endedAt);
    }
  });

  it('is waited out before a verification makes writers wait', async () => {
    const client = await maintain('source');
    const verifying = verifyService(options());
    await until(() => isWaitedFor('source'));
    // A writer that came behind a stronger lock would wait with it.
    await library.source.query(
      `SET lock_timeout = 100; UPDATE lending.loans SET returned = NOT returned WHERE id = 1`,
    );
    await client.end();
    expect(await verifying).toMatchObject({ agrees: true });
  });

  it('that does not end is told, and nobody was held', async () => {
    await verifyService(options());
    held = [];
    const client = await maintain('target');
    await expect(cutoverService(switching())).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/being maintained on the target.*No client was held/),
    });
    await client.end();
    expect(held).toEqual([]);
    expect(await readStatus(options())).toMatchObject({ phase: 'streaming' });
    await cutoverService(switching());
  }, 60_000);
});
