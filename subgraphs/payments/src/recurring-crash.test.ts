import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums } from './test-support/processing.js';
import { makeRecurring, readRecurring } from './test-support/recurring.js';
import { doRound } from './worker/round.js';

let fixture: PaymentsFixture;
let payer: Person;
let folder: string;
let bundle: string;

beforeAll(async () => {
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' });
  payer = await fixture.person();
  // Beside the packages that it imports.
  const beside = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));
  await mkdir(beside, { recursive: true });
  folder = await mkdtemp(join(beside, 'crash-'));
  bundle = join(folder, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('test-support/crash-child.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    conditions: ['source'],
    plugins: [
      {
        name: 'packages of others stay outside',
        setup: (plugin) =>
          plugin.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@supergraph/') ? undefined : { path, external: true },
          ),
      },
    ],
  });
});
afterAll(async () => {
  await fixture.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a round in a process of its own. @returns by which signal it ended */
async function roundElsewhere(crashAt: string): Promise<NodeJS.Signals | null> {
  const { database, auth } = fixture;
  const surroundings = {
    database: { serviceUrl: database.serviceUrl },
    auth: { port: auth.port, secret: auth.secret },
  };
  const child = spawn(process.execPath, [bundle, JSON.stringify(surroundings), crashAt], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)));
}

describe('kill -9 of a worker', () => {
  it('between making an occurrence and paying it loses nothing and pays once', async () => {
    const id = await makeRecurring(fixture, payer);
    expect(await roundElsewhere('payments.occurrenceMade')).toBe('SIGKILL');
    const killed = await readRecurring(fixture, id);
    expect(killed.row).toMatchObject({ made_count: 1, missed_count: 0, next_occurrence: 2 });
    expect(killed.payments).toMatchObject([{ status: 'PENDING', occurrence: 1 }]);

    const replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
    while ((await doRound(replica.context)) > 0);
    await replica.stop();
    const { payments } = await readRecurring(fixture, id);
    expect(payments).toMatchObject([{ status: 'COMPLETED', occurrence: 1 }]);
    expect(replica.calls).toEqual([`charge ${payments[0]?.id}`]);
    expect(await unbalancedSums(fixture)).toEqual([]);
  });

  it('before the occurrence is committed leaves it to another, once the claim is over', async () => {
    const id = await makeRecurring(fixture, payer);
    expect(await roundElsewhere('outbox.afterInsert')).toBe('SIGKILL');
    expect(await readRecurring(fixture, id)).toMatchObject({
      row: { made_count: 0, next_occurrence: 1 },
      payments: [],
    });
    const replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
    while ((await doRound(replica.context)) > 0);
    expect((await readRecurring(fixture, id)).payments).toEqual([]);
    await fixture.database.query(`UPDATE recurring_payments SET process_after = now() WHERE id = $1`, [id]);
    while ((await doRound(replica.context)) > 0);
    await replica.stop();
    expect((await readRecurring(fixture, id)).payments).toMatchObject([
      { status: 'COMPLETED', occurrence: 1 },
    ]);
  });

  it('is not what ends a round that goes through', async () => {
    const id = await makeRecurring(fixture, payer);
    expect(await roundElsewhere('')).toBeNull();
    expect((await readRecurring(fixture, id)).payments).toMatchObject([{ status: 'COMPLETED' }]);
  });
});
