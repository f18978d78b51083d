import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startClients, type Clients } from '../testing/clients.js';
import { startLendingDesk, type LendingDesk } from '../testing/desk.js';
import { until } from '../testing/until.js';

/* The service's process cannot be told anything while it is started again: the tool waits for it, and goes on. */

let desk: LendingDesk;
let clients: Clients;
/** Long enough for the tool to ask more than once. */
const AWAY_MILLISECONDS = 3_000;

beforeAll(async () => {
  desk = await startLendingDesk({ environment: process.env, budgetMilliseconds: 2_000 });
  clients = startClients(desk.pool, 3);
  expect(await desk.run('start')).toMatchObject({ status: 0 });
  expect(await desk.run('verify')).toMatchObject({ status: 0 });
}, 120_000);
afterAll(async () => {
  await clients?.stop();
  await desk?.stop();
});

async function runWhileAway(name: 'cutover' | 'rollback'): Promise<void> {
  let hasEnded = false;
  const running = desk.run(name).finally(() => (hasEnded = true));
  await sleep(AWAY_MILLISECONDS);
  expect(hasEnded).toBe(false);
  await desk.answer(true);
  expect(await running).toMatchObject({ status: 0 });
}

async function expectAllServed(): Promise<void> {
  const before = clients.requests();
  await until(() => clients.requests() > before + 30 || clients.failures.length > 0);
  expect(clients.failures).toEqual([]);
}

describe('a service that is started again while it moves', () => {
  it('is waited for before anybody is held', async () => {
    await desk.answer(false);
    await runWhileAway('cutover');
    await expectAllServed();
  }, 120_000);

  it('is waited for after the decision of a run that was killed, and asks the databases by itself', async () => {
    expect(await desk.run('rollback', 'switch.afterCommit')).toMatchObject({ signal: 'SIGKILL' });
    await desk.answer(false);
    // Opened by the guard, told by nobody.
    await expectAllServed();
    await runWhileAway('rollback');
    await expectAllServed();
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
  }, 120_000);
});
