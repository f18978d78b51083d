import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  findLostWrites,
  openWorlds,
  seedLarge,
  startTraffic,
  type MigrationEnd,
  type Traffic,
  type Worlds,
} from '@supergraph/cli';
import type { EmbeddedPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { supergraph as command } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { migrate, migration } from './command.js';
import { findEventMistakes } from './event-mistakes.js';
import { startTimeline } from './timeline.js';

/*
 * Whatever is killed while payments moves and people pay: in the end every acknowledged write is there once. At every
 * point of the tool, with clients that are closer to it, `migration/src/cli/kill-matrix.test.ts` does the same.
 */

const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const SIZE = isFull
  ? { users: 100_000, payments: 1_000_000, perSecond: 200 }
  : { users: 2_000, payments: 10_000, perSecond: 25 };
const LONG_MILLISECONDS = isFull ? 1_800_000 : 300_000;
const SERVICE = 'payments';
/** A machine that starts servers again beside it may need longer. */
const BUDGET = ['--budget', '4000'];
const ATTEMPTS = 30;

let system: SystemUnderTest;
let folder: string;
let worlds: Worlds;
let traffic: Traffic;

beforeAll(async () => {
  system = await startSystemUnderTest({
    topology: 'shared',
    environment: {
      // Nobody has to sign in again in between, and a busy machine may answer late.
      AUTH_ACCESS_TOKEN_SECONDS: '36000',
      ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '30000',
      ROUTER_REQUEST_TIMEOUT_MILLISECONDS: '60000',
    },
  });
  folder = system.system.folder.path;
  const { ownerUrls, ownDatabases } = system.system.folder.readRunning() ?? {
    ownerUrls: {},
    ownDatabases: [],
  };
  await seedLarge({ ...SIZE, ownerUrls, ownDatabases, replace: true });
  worlds = openWorlds(folder);
  traffic = await startTraffic({
    endpoint: system.endpoint,
    perSecond: SIZE.perSecond,
    observer: startTimeline(),
  });
}, 1_200_000);
afterAll(async () => {
  await traffic?.stop();
  await worlds?.close();
  await system?.stop();
});

function run(name: string, crashAt = ''): Promise<MigrationEnd> {
  const budget = ['cutover', 'rollback'].includes(name) ? BUDGET : [];
  return migration(folder, [name, SERVICE, ...budget], { MIGRATION_CRASH_AT: crashAt });
}

/** Kills the tool at each of these points, then runs the command to its end. */
async function runKilledAt(name: string, ...points: ReadonlyArray<string>): Promise<void> {
  for (const point of points) {
    const { status, output } = await run(name, point);
    expect({ point, status, output }).toMatchObject({ status: 128 });
  }
  await insist(name);
}

/** Runs a command again until it succeeds, as somebody does who reads what it says. */
async function insist(name: string): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { status, output } = await run(name);
    if (status === 0) return;
    last = output;
    await sleep(1_000);
  }
  throw new Error(`${name} did not succeed in ${ATTEMPTS} attempts:\n${last}`);
}

function serverOf(name: string): EmbeddedPostgres {
  const server = system.system.servers.find((one) => one.name === name)?.server();
  if (server === undefined) throw new Error(`${name} does not run.`);
  return server;
}

/** Ends a server as `kill -9` does; the launcher starts it again. */
async function killServer(name: string): Promise<void> {
  const server = serverOf(name);
  process.kill(server.processId, 'SIGKILL');
  await server.exited;
}

/** Payments are made again, which tells that all that they need is back. */
async function expectPayments(): Promise<void> {
  const before = traffic.acknowledged.payments.size;
  await eventually(
    'payments are made again',
    () => Promise.resolve(traffic.acknowledged.payments.size),
    (count) => count > before + 3,
  );
}

/** Changes one payment on a side as nobody should: no trigger hinders it, and no stream carries it. */
async function alterRow(side: 'source' | 'target'): Promise<() => Promise<void>> {
  const [server, database] = side === 'source' ? ['shared', 'shared_db'] : ['next_payments', 'payments_db'];
  const vandal = new pg.Client({ connectionString: serverOf(server).superuserUrl(database) });
  await vandal.connect();
  await vandal.query(`SET session_replication_role = 'replica'`);
  await vandal.query(`SELECT pg_replication_origin_create('vandal')`);
  await vandal.query(`SELECT pg_replication_origin_session_setup('vandal')`);
  const change = (description: string) =>
    vandal.query(
      `UPDATE payments.payments SET description = ${description}
        WHERE id = (SELECT id FROM payments.payments ORDER BY id LIMIT 1)`,
    );
  expect(await change(`coalesce(description, '') || '!'`)).toMatchObject({ rowCount: 1 });
  return async () => {
    await change(`nullif(left(description, -1), '')`);
    await vandal.end();
  };
}

describe('a service that moves while people pay', () => {
  it(
    'and the tool is killed: no request fails',
    async () => {
      await runKilledAt('start', 'start.afterSchemaCommand', 'start.whileCopying', 'start.beforeIndexes');
      await runKilledAt('verify', 'verify.afterFence', 'verify.beforeResult');
      await runKilledAt('cutover', 'cutover.afterReplacingKey', 'switch.afterLock', 'switch.afterCommit');
      await runKilledAt('rollback', 'switch.afterMarker', 'switch.afterCommit', 'rollback.afterKeys');
      expect(traffic.failures).toEqual([]);
      expect(traffic.acknowledged.payments.size).toBeGreaterThan(0);
    },
    LONG_MILLISECONDS,
  );

  it(
    'and both servers and the service are killed, in turn, in each phase',
    async () => {
      await killServer('shared');
      await expectPayments();
      await killServer('next_payments');
      await insist('verify');
      const verifying = run('verify');
      await sleep(200);
      await killServer('shared');
      await verifying;
      await expectPayments();
      await insist('verify');
      await insist('cutover');
      for (const name of ['next_payments', 'shared']) {
        await killServer(name);
        await expectPayments();
      }
      system.kill(SERVICE);
      await expectPayments();
      await insist('rollback');
      system.kill(SERVICE);
      await expectPayments();
    },
    LONG_MILLISECONDS,
  );

  it(
    'loses nothing of what was acknowledged',
    async () => {
      await traffic.stop();
      await insist('verify');
      expect(await findLostWrites(worlds, 'source', traffic.acknowledged)).toEqual([]);
      const look = () => findEventMistakes(worlds, () => 'source');
      expect(await eventually('every event is applied', look, (mistakes) => mistakes.length === 0)).toEqual(
        [],
      );
      const check = async () =>
        (await command(['replica', 'check', '--json'], { dataFolder: folder })).status;
      expect(await eventually('replicas are true', check, (status) => status === 0)).toBe(0);
    },
    LONG_MILLISECONDS,
  );

  it.each(['source', 'target'] as const)(
    'is not moved when a row was altered behind its back on the %s',
    async (side) => {
      const undo = await alterRow(side);
      expect(await run('verify')).toMatchObject({ status: 2 });
      expect(await run('cutover')).toMatchObject({
        status: 1,
        output: expect.stringContaining('found differences'),
      });
      await undo();
      expect(await migrate(folder, 'verify', SERVICE)).toContain('both sides agree');
    },
    LONG_MILLISECONDS,
  );
});
