import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Side } from '../state/index.js';
import { startClients, type Clients } from '../testing/clients.js';
import { startLendingDesk, type LendingDesk } from '../testing/desk.js';

/* Servers are killed while a service moves. Clients may see errors then, but what was acknowledged to them is there. */

let desk: LendingDesk;
let clients: Clients;

beforeAll(async () => {
  desk = await startLendingDesk({ environment: process.env, settings: { synchronous_commit: 'on' } });
  clients = startClients(desk.pool, 3);
}, 120_000);
afterAll(async () => {
  await clients.stop();
  await desk.stop();
});

/** Kills a server's first process, which takes all others along, and starts it again on its data and port. */
async function killAndRestart(side: Side): Promise<void> {
  process.kill(desk.server(side).processId, 'SIGKILL');
  await desk.startServer(side);
}

async function expectNothingLost(side: Side): Promise<void> {
  await clients.stop();
  const { rows } = await desk.library[side].query<{ id: string; weeks: number }>(
    'SELECT id, weeks FROM lending.loans',
  );
  const stored = new Map(rows.map(({ id, weeks }) => [id, weeks]));
  // One whose answer was lost may have been carried out.
  expect([...clients.loans].filter(([id, weeks]) => (stored.get(id) ?? 0) < weeks)).toEqual([]);
  expect(clients.loans.size).toBeGreaterThan(3);
  clients = startClients(desk.pool, 3);
  const before = clients.requests();
  const end = Date.now() + 30_000;
  while (clients.requests() < before + 20) {
    if (Date.now() > end) throw new Error(`Clients do not get on: ${clients.failures.slice(-3).join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('servers killed while a service moves', () => {
  it('streams on after either was killed', async () => {
    expect(await desk.run('start', 'start.afterSubscription')).toMatchObject({ signal: 'SIGKILL' });
    await killAndRestart('target');
    expect(await desk.run('start')).toMatchObject({ status: 0 });
    await killAndRestart('source');
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
    await expectNothingLost('source');
  }, 300_000);

  it('moves although the new server was killed between the decision and the opening', async () => {
    expect(await desk.run('cutover', 'switch.afterCommit')).toMatchObject({ signal: 'SIGKILL' });
    await killAndRestart('target');
    expect(await desk.run('cutover')).toMatchObject({ status: 0 });
    await expectNothingLost('target');
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
  }, 300_000);

  it('serves without the old server, and moves back when that is there again', async () => {
    const before = clients.requests();
    await killAndRestart('source');
    expect(clients.requests()).toBeGreaterThan(before);
    expect(await desk.run('rollback', 'switch.afterCommit')).toMatchObject({ signal: 'SIGKILL' });
    await killAndRestart('source');
    expect(await desk.run('rollback')).toMatchObject({ status: 0 });
    expect(await desk.run('verify')).toMatchObject({ status: 0 });
    await expectNothingLost('source');
  }, 300_000);
});
