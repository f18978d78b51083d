import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Side } from '../state/index.js';
import { hasPgBouncer } from '../testing/bouncer.js';
import { startClients, type Clients } from '../testing/clients.js';
import { startLendingDesk, type LendingDesk } from '../testing/desk.js';
import { until } from '../testing/until.js';

/*
 * The tool is killed while it holds the clients, and nobody runs it again: the clients go on by themselves, on the side that
 * the commit row names, and none of them sees an error.
 */

const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const BEFORE_COMMIT = [
  'switch.afterHold',
  'switch.afterLock',
  'switch.afterMarker',
  'switch.afterComparison',
  'switch.afterSequences',
];
const AFTER_COMMIT = ['switch.afterCommit', 'switch.afterOpening', 'switch.afterRelease'];
const BEFORE = isFull ? BEFORE_COMMIT : ['switch.afterHold', 'switch.afterLock', 'switch.afterSequences'];
const AFTER = isFull ? AFTER_COMMIT : ['switch.afterCommit', 'switch.afterOpening'];

describe.each(['platform', 'pgbouncer'] as const)('the tool killed while %s holds the clients', (gate) => {
  const isPossible = gate === 'platform' || hasPgBouncer(process.env);
  let desk: LendingDesk;
  let clients: Clients;

  beforeAll(async () => {
    if (!isPossible) return;
    desk = await startLendingDesk({ environment: process.env, gate });
    clients = startClients(desk.pool, 3);
    expect(await desk.run('start')).toMatchObject({ status: 0 });
  }, 120_000);
  afterAll(async () => {
    await clients?.stop();
    await desk?.stop();
  });

  /** Kills the command there and waits until every client has gone on, without help. */
  async function killAt(name: 'cutover' | 'rollback', point: string): Promise<void> {
    const end = await desk.run(name, point);
    expect({ point, signal: end.signal, output: end.signal === null ? end.output : '' }).toEqual({
      point,
      signal: 'SIGKILL',
      output: '',
    });
    const before = clients.requests();
    await until(() => clients.requests() > before + 30 || clients.failures.length > 0);
    expect({ point, failures: clients.failures }).toEqual({ point, failures: [] });
  }

  async function expectNothingLost(side: Side): Promise<void> {
    await clients.stop();
    const { rows } = await desk.library[side].query<{ id: string; weeks: number }>(
      'SELECT id, weeks FROM lending.loans',
    );
    const stored = new Map(rows.map(({ id, weeks }) => [id, weeks]));
    expect([...clients.loans].filter(([id, weeks]) => stored.get(id) !== weeks)).toEqual([]);
    clients = startClients(desk.pool, 3);
  }

  const test = isPossible ? it : it.skip;

  test('before the decision: they stay on the old side, and the same command moves them', async () => {
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
    for (const point of BEFORE) await killAt('cutover', point);
    await expectNothingLost('source');
    expect(await desk.run('cutover')).toMatchObject({ status: 0 });
    for (const point of BEFORE) await killAt('rollback', point);
    await expectNothingLost('target');
    expect(await desk.run('rollback')).toMatchObject({ status: 0 });
    await expectNothingLost('source');
  }, 300_000);

  test('after it: they go on on the new side, and the same command ends well', async () => {
    for (const point of AFTER) {
      expect(await desk.run('verify')).toMatchObject({ status: 0 });
      await killAt('cutover', point);
      await expectNothingLost('target');
      expect(await desk.run('cutover')).toMatchObject({ status: 0 });
      await killAt('rollback', point);
      await expectNothingLost('source');
      expect(await desk.run('rollback')).toMatchObject({ status: 0 });
    }
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
  }, 300_000);
});
