import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findLostWrites, openWorlds, startTraffic, type Traffic, type Worlds } from '@supergraph/cli';
import { supergraph as command } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { makeDataFolder, supergraph } from '../harness/launcher.js';
import { migrate } from './command.js';
import { findEventMistakes } from './event-mistakes.js';
import { startTimeline, type Timeline } from './timeline.js';

const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
/** At full size the default; beside other tests a machine may need longer. The figures tell how long it was. */
const BUDGET = isFull ? [] : ['--budget', '4000'];
const SIZE = isFull
  ? { users: 100_000, payments: 1_000_000, perSecond: 200 }
  : { users: 200, payments: 2_000, perSecond: 25 };
const data = makeDataFolder();
const SERVICES = ['profile', 'admin', 'auth', 'payments'];
let endpoint: string;
let worlds: Worlds;
let timeline: Timeline;
let traffic: Traffic;

beforeAll(async () => {
  const launcher = data.up(['--port', '0', '--topology', 'shared'], {
    environment: {
      // Nobody has to sign in again in between.
      AUTH_ACCESS_TOKEN_SECONDS: '36000',
      // A machine that is busy with other tests answers late; how late is in the report.
      ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '30000',
      ROUTER_REQUEST_TIMEOUT_MILLISECONDS: '60000',
    },
  });
  endpoint = `${await launcher.ready()}/graphql`;
  if (isFull) {
    const { users, payments } = SIZE;
    const counts = ['--users', String(users), '--payments', String(payments)];
    const seeded = await supergraph(['seed', '--data', data.folder, '--replace', ...counts]);
    expect([seeded.status, seeded.stderr]).toEqual([0, '']);
  }
  worlds = openWorlds(data.folder);
}, 1_200_000);
afterAll(async () => {
  await traffic?.stop();
  await worlds?.close();
  await data.remove();
});

async function step(name: string, ...services: ReadonlyArray<string>): Promise<void> {
  const hasBudget = ['cutover', 'rollback'].includes(name);
  await timeline.during(`${name} ${services.join(' ')}`, () =>
    migrate(data.folder, name, ...services, ...(hasBudget ? BUDGET : [])),
  );
}

/** Every replica is what its owner has, as soon as the last event has come. */
async function expectTrueReplicas(): Promise<void> {
  const look = async () =>
    (await command(['replica', 'check', '--json'], { dataFolder: data.folder })).status;
  expect(await eventually('replicas are true', look, (status) => status === 0)).toBe(0);
}

describe('one shared database, four, and back, while clients go on', () => {
  it(
    'moves every service, moves it back, and moves it again: no request fails and nothing is lost',
    async () => {
      timeline = startTimeline();
      traffic = await startTraffic({ endpoint, perSecond: SIZE.perSecond, observer: timeline });

      await step('start', 'auth', 'payments');
      await step('verify', 'auth', 'payments');
      await step('cutover', 'auth', 'payments');
      // Services that have not moved yet go on hearing those that have.
      await expectTrueReplicas();
      await step('start', 'profile', 'admin');
      await step('verify', 'profile', 'admin');
      await step('cutover', 'profile', 'admin');
      await step('rollback', 'payments', 'auth', 'admin', 'profile');
      await expectTrueReplicas();
      await step('verify', ...SERVICES);
      await step('cutover', ...SERVICES);
      await traffic.stop();

      const written = timeline.write(`journey-${isFull ? 'full' : 'small'}`, {
        ...SIZE,
        requests: traffic.requests(),
        failures: traffic.failures,
        acknowledged: Object.fromEntries(
          Object.entries(traffic.acknowledged).map(([name, rows]) => [
            name,
            (rows as Map<string, unknown>).size,
          ]),
        ),
        longestMilliseconds: timeline.longestMilliseconds(),
      });
      process.stdout.write(`The journey is in ${written}.svg and .json.\n`);
      expect(traffic.failures).toEqual([]);
      expect(traffic.acknowledged.payments.size).toBeGreaterThan(0);
      expect(await findLostWrites(worlds, 'target', traffic.acknowledged)).toEqual([]);
    },
    isFull ? 3_600_000 : 300_000,
  );

  it('has told every event once to everybody who hears it', async () => {
    const look = () => findEventMistakes(worlds, () => 'target');
    expect(await eventually('every event is applied', look, (mistakes) => mistakes.length === 0)).toEqual([]);
    await expectTrueReplicas();
  });

  it(
    'agrees in both worlds, and no reference leads nowhere',
    async () => {
      const output = await migrate(data.folder, 'verify');
      expect(output.match(/both sides agree/g)).toHaveLength(4);
      const look = () => findLostWrites(worlds, 'source', traffic.acknowledged);
      expect(await eventually('the old world follows', look, (lost) => lost.length === 0)).toEqual([]);
      const [dangling] = await worlds.query<{ count: number }>(
        'target',
        'payments',
        `SELECT count(*)::int AS count FROM payments.payments p
          WHERE NOT EXISTS (SELECT FROM payments.payers u WHERE u.id = p.user_id)`,
      );
      expect(dangling).toEqual({ count: 0 });
    },
    isFull ? 600_000 : 120_000,
  );

  it('is final after `finish`, and goes on', async () => {
    await migrate(data.folder, 'finish', '--force');
    const output = await migrate(data.folder, 'status');
    expect(output.match(/finished/g)).toHaveLength(4);
    const before = traffic.acknowledged.payments.size;
    traffic = await startTraffic({ endpoint, perSecond: 20, observer: startTimeline() });
    await eventually(
      'payments are made',
      () => Promise.resolve(traffic.acknowledged.payments.size),
      (count) => count > 5,
    );
    await traffic.stop();
    expect(before).toBeGreaterThan(0);
    expect(traffic.failures).toEqual([]);
    expect(await findLostWrites(worlds, 'target', traffic.acknowledged)).toEqual([]);
  }, 180_000);
});
