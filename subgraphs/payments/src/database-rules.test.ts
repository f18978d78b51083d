import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { mayGo, TRANSITIONS } from './domain/transitions.js';
import type { PaymentStatus } from './store/records.js';
import { insertPayments } from './test-support/payments-fixture.js';

const PAYER = '00000000-0000-4000-8000-000000000001';
const statuses = Object.keys(TRANSITIONS) as PaymentStatus[];
let database: ServiceDatabase;
let service: Database;

beforeAll(async () => {
  database = await startServiceDatabase('payments', fileURLToPath(new URL('..', import.meta.url)));
  service = createDatabase({ url: database.serviceUrl, schema: 'payments', ...testTelemetry('payments') });
});
afterAll(async () => {
  await service.close();
  await database.stop();
});

describe('the database of payments', () => {
  it('lets a status go where the table of transitions does, and nowhere else', async () => {
    const pairs = statuses.flatMap((from) => statuses.map((to) => ({ from, to })));
    const ids = await insertPayments(
      database,
      pairs.map(({ from }) => ({ payer: PAYER, status: from })),
    );
    const results = await Promise.allSettled(
      pairs.map(({ to }, index) =>
        service.pool.query('UPDATE payments SET status = $2 WHERE id = $1', [ids[index], to]),
      ),
    );
    const refusals = results.filter((result) => result.status === 'rejected');
    expect(new Set(refusals.map(({ reason }) => (reason as { code: string }).code))).toEqual(
      new Set(['23514']),
    );
    expect(pairs.filter((_, index) => results[index]?.status === 'fulfilled')).toEqual(
      pairs.filter(({ from, to }) => mayGo(from, to)),
    );
  });

  it.each([
    ['an amount of 0', { amount: '0' }],
    ['a negative amount', { amount: '-1' }],
    ['an amount above ten million', { amount: '10000000.0001' }],
    ['a currency in small letters', { currency: 'eur' }],
  ])('refuses %s', async (_what, changes) => {
    await expect(insertPayments(database, [{ payer: PAYER, ...changes }])).rejects.toMatchObject({
      code: '23514',
    });
  });

  it.each([
    'UPDATE payments SET amount = 1',
    "UPDATE payments SET user_id = '00000000-0000-4000-8000-000000000009'",
    'DELETE FROM payments',
    'TRUNCATE payments CASCADE',
    "UPDATE payment_transitions SET reason = 'another'",
    'DELETE FROM payment_transitions',
    'DELETE FROM idempotency_keys',
    "UPDATE idempotency_keys SET request_hash = ''",
    'CREATE TABLE mine (id int)',
  ])('refuses the service’s role: %s', async (statement) => {
    await expect(service.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
