import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findCrashPoints } from '@supergraph/platform/events';
import type { Side } from '../state/index.js';
import { startClients, type Clients } from '../testing/clients.js';
import { startLendingDesk, type LendingDesk } from '../testing/desk.js';

/*
 * The tool is killed at every point of every command, while clients write, and run again. In the end every write that was
 * acknowledged is there once, and no client saw an error.
 */

const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const folders = ['start', 'target-schema', 'verify', 'switch', 'finish'].map((folder) =>
  fileURLToPath(new URL(`../${folder}`, import.meta.url)),
);
const found = findCrashPoints(folders);

/** In the order in which a run comes by. */
const START = [
  'start.afterStateObjects',
  'start.afterState',
  'start.afterTargetSchema',
  'start.afterWriteLocks',
  'start.afterPublication',
  'start.afterSlot',
  'start.afterSubscription',
  'start.whileCopying',
  'start.beforeIndexes',
  'start.afterDeferredStatement',
  'start.afterIndexes',
];
const VERIFY = ['verify.beforeSlot', 'verify.afterSlot', 'verify.afterFence', 'verify.beforeResult'];
const PREPARE = [
  'cutover.afterState',
  'cutover.afterReferencePublication',
  'cutover.afterReferenceStream',
  'cutover.afterOrigin',
  'cutover.afterReversePublication',
  'cutover.afterReverseSlot',
  'cutover.afterReverseSubscription',
  'cutover.afterReplacingKey',
  'cutover.afterComparingChanges',
];
const BEFORE_COMMIT = [
  'switch.afterHold',
  'switch.afterLock',
  'switch.afterMarker',
  'switch.afterComparison',
  'switch.afterSequences',
];
const AFTER_COMMIT = ['switch.afterCommit', 'switch.afterOpening', 'switch.afterRelease'];
const RETURN = [
  'rollback.afterOrphans',
  'rollback.afterRestoringKey',
  'rollback.afterKeys',
  'rollback.afterReverse',
];
const LEAVE = ['rollback.afterState'];
const FINISH = [
  'finish.afterState',
  'finish.afterReverse',
  'finish.afterForward',
  'finish.afterPublications',
  'finish.afterArchive',
  'finish.afterTarget',
];
/**
 * Comes by only when the copy begins anew, where `start.test.ts` goes, or when a program makes the target's tables, as in
 * `e2e/migration`.
 */
const ELSEWHERE = ['start.afterDroppingStream', 'start.beforeSchemaCommand', 'start.afterSchemaCommand'];

let desk: LendingDesk;
let clients: Clients;
/** For the report: points at which the tool was killed, and what clients had answered. */
const kills: string[] = [];
let answered = 0;

beforeAll(async () => {
  desk = await startLendingDesk({ environment: process.env, members: 60 });
  clients = startClients(desk.pool, 3);
}, 120_000);
afterAll(async () => {
  process.stdout.write(
    `The tool was killed ${kills.length} times at ${new Set(kills).size} points of ${found.length - ELSEWHERE.length}, while ${answered.toLocaleString('en')} requests of clients were answered without a failure.\n`,
  );
  await clients.stop();
  await desk.stop();
});

async function runToItsEnd(name: string): Promise<void> {
  expect(await desk.run(name)).toMatchObject({ status: 0 });
}

async function killAt(name: string, point: string): Promise<void> {
  kills.push(point);
  const end = await desk.run(name, point);
  expect({ point, signal: end.signal, output: end.signal === null ? end.output : '' }).toEqual({
    point,
    signal: 'SIGKILL',
    output: '',
  });
}

async function expectNothingLost(side: Side): Promise<void> {
  // Whoever did nothing lost nothing; and a client that is held for good ends the test by its time.
  while (clients.requests() <= 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await clients.stop();
  const { rows } = await desk.library[side].query<{ id: string; weeks: number }>(
    'SELECT id, weeks FROM lending.loans',
  );
  const stored = new Map(rows.map(({ id, weeks }) => [id, weeks]));
  expect([...clients.loans].filter(([id, weeks]) => stored.get(id) !== weeks)).toEqual([]);
  expect(clients.failures).toEqual([]);
  answered += clients.requests();
  clients = startClients(desk.pool, 3);
}

describe('killed at every step', () => {
  it('names every point', () => {
    const named = [
      ...START,
      ...VERIFY,
      ...PREPARE,
      ...BEFORE_COMMIT,
      ...AFTER_COMMIT,
      ...LEAVE,
      ...RETURN,
      ...FINISH,
      ...ELSEWHERE,
    ];
    expect([...named].sort()).toEqual(found);
  });

  it('starts and verifies', async () => {
    for (const point of isFull
      ? START
      : ['start.afterTargetSchema', 'start.whileCopying', 'start.afterDeferredStatement']) {
      await killAt('start', point);
    }
    await runToItsEnd('start');
    for (const point of isFull ? VERIFY : ['verify.afterFence']) await killAt('verify', point);
    await runToItsEnd('verify');
    await expectNothingLost('source');
  }, 300_000);

  it('moves', async () => {
    for (const point of isFull
      ? [...PREPARE, ...BEFORE_COMMIT]
      : ['cutover.afterReplacingKey', 'switch.afterLock', 'switch.afterSequences']) {
      await killAt('cutover', point);
    }
    await killAt('cutover', 'switch.afterCommit');
    await runToItsEnd('cutover');
    await expectNothingLost('target');
  }, 300_000);

  it('moves back', async () => {
    for (const point of isFull ? [...LEAVE, ...BEFORE_COMMIT] : ['switch.afterLock']) {
      await killAt('rollback', point);
    }
    await killAt('rollback', 'switch.afterCommit');
    for (const point of isFull ? RETURN : ['rollback.afterRestoringKey']) await killAt('rollback', point);
    await runToItsEnd('rollback');
    await runToItsEnd('verify');
    await expectNothingLost('source');
  }, 300_000);

  it('moves and moves back when the clients were let go already', async () => {
    for (const point of isFull ? AFTER_COMMIT.slice(1) : []) {
      await killAt('cutover', point);
      await runToItsEnd('cutover');
      await killAt('rollback', point);
      await runToItsEnd('rollback');
      await runToItsEnd('verify');
    }
    await expectNothingLost('source');
  }, 300_000);

  it('finishes', async () => {
    await runToItsEnd('cutover');
    // Clients of the new side do not touch the old tables; the first look says so.
    for (const point of isFull ? FINISH : ['finish.afterForward', 'finish.afterArchive'])
      await killAt('finish', point);
    await runToItsEnd('finish');
    await expectNothingLost('target');
  }, 300_000);
});
