import { randomUUID } from 'node:crypto';
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
    'UPDATE ledger_entries SET amount = 1',
    'DELETE FROM ledger_entries',
    'TRUNCATE ledger_entries',
    'UPDATE refunds SET amount = 1',
    'DELETE FROM refunds',
    "UPDATE provider_events SET effect = 'APPLIED'",
    'DELETE FROM test_provider_orders',
    "UPDATE payment_transitions SET reason = 'another'",
    'DELETE FROM payment_transitions',
    'DELETE FROM idempotency_keys',
    "UPDATE idempotency_keys SET request_hash = ''",
    'UPDATE payments SET description = NULL',
    'DELETE FROM erased_people',
    'UPDATE recurring_payments SET amount = 1',
    'UPDATE recurring_payments SET first_due_at = now()',
    'UPDATE recurring_payments SET description = NULL',
    'DELETE FROM recurring_payments',
    'UPDATE payments SET occurrence = 7',
    'UPDATE payers SET id = gen_random_uuid()',
    'CREATE TABLE mine (id int)',
  ])('refuses the service’s role: %s', async (statement) => {
    await expect(service.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  describe('recurring payments', () => {
    const insert = (changes: Readonly<Record<string, unknown>> = {}) =>
      service.pool.query<{ id: string }>(
        `INSERT INTO recurring_payments SELECT * FROM jsonb_populate_record(NULL::recurring_payments, $1) RETURNING id`,
        [
          JSON.stringify({
            id: randomUUID(),
            user_id: PAYER,
            amount: '1',
            currency: 'EUR',
            unit: 'DAY',
            every: 1,
            first_due_at: '2030-01-01T00:00:00Z',
            status: 'ACTIVE',
            next_occurrence: 1,
            next_due_at: '2030-01-01T00:00:00Z',
            made_count: 0,
            missed_count: 0,
            failures_in_row: 0,
            process_after: '2030-01-01T00:00:00Z',
            idempotency_key: randomUUID(),
            request_hash: '',
            created_at: new Date(),
            updated_at: new Date(),
            version: 1,
            ...changes,
          }),
        ],
      );

    it.each<[string, Readonly<Record<string, unknown>>]>([
      ['an interval of zero', { every: 0 }],
      ['10,001 occurrences', { occurrences: 10_001 }],
      ['an end before the start', { ends_at: '2029-12-31T00:00:00Z' }],
      ['an end and a number', { ends_at: '2031-01-01T00:00:00Z', occurrences: 2 }],
      ['a negative amount', { amount: '-1' }],
      ['one that goes on without a next date', { next_due_at: null }],
      ['one that is over with a next date', { status: 'CANCELLED', ended_at: new Date() }],
      ['dates that are neither made nor missed', { next_occurrence: 3, made_count: 1 }],
      ['a pause without a reason', { status: 'PAUSED' }],
    ])('refuses %s', async (_what, changes) => {
      await expect(insert(changes)).rejects.toMatchObject({ code: '23514' });
    });

    it('never go on again once they are over, and are paid once a date', async () => {
      const over = { next_occurrence: null, next_due_at: null, process_after: null, ended_at: new Date() };
      const { rows } = await insert({ status: 'CANCELLED', ...over });
      await expect(
        service.pool.query(
          `UPDATE recurring_payments SET status = 'ACTIVE', ended_at = NULL, next_occurrence = 1, next_due_at = now(),
             process_after = now() WHERE id = $1`,
          [rows[0]?.id],
        ),
      ).rejects.toMatchObject({ constraint: 'recurring_payments_status_transition' });
      const pay = () =>
        service.pool.query(
          `INSERT INTO payments (id, user_id, amount, currency, type, idempotency_key, recurring_payment_id, occurrence)
           VALUES (gen_random_uuid(), $1, 1, 'EUR', 'RECURRING', gen_random_uuid(), $2, 1)`,
          [PAYER, rows[0]?.id],
        );
      await pay();
      await expect(pay()).rejects.toMatchObject({
        constraint: 'payments_recurring_payment_id_occurrence_key',
      });
    });
  });

  describe('the ledger', () => {
    const line = `INSERT INTO ledger_entries (id, payment_id, transition_id, account, currency, amount)
      SELECT gen_random_uuid(), payment_id, id, 'HOUSE', currency, amount::numeric
      FROM payment_transitions, (VALUES %) AS line (currency, amount) WHERE id = $1`;
    const post = (values: string, transitionId: string) =>
      service.pool.query(
        line.replace('%', () => values),
        [transitionId],
      );
    let transitionId: string;

    beforeAll(async () => {
      const [paymentId] = await insertPayments(database, [{ payer: PAYER, status: 'COMPLETED' }]);
      const { rows } = await service.pool.query<{ id: string }>(
        `INSERT INTO payment_transitions (id, payment_id, from_status, to_status)
         VALUES (gen_random_uuid(), $1, 'PROCESSING', 'COMPLETED') RETURNING id`,
        [paymentId],
      );
      transitionId = rows[0]?.id as string;
      await post(`('EUR', 5), ('EUR', -5)`, transitionId);
    });

    it.each([
      ['one line', `('EUR', 1)`],
      ['lines that do not sum to zero', `('EUR', 1), ('EUR', -1.0001)`],
      ['lines of two currencies that do so only together', `('EUR', 1), ('JPY', -1)`],
      ['a line of nothing', `('EUR', 0)`],
    ])('refuses %s', async (_what, values) => {
      await expect(post(values, transitionId)).rejects.toMatchObject({ code: '23514' });
    });

    it('is only added to, even by its owner', async () => {
      for (const statement of [
        'UPDATE ledger_entries SET amount = amount * 2',
        'DELETE FROM ledger_entries',
        'TRUNCATE ledger_entries',
        'TRUNCATE payments CASCADE',
      ]) {
        await expect(database.query(statement)).rejects.toMatchObject({
          code: '23514',
          constraint: 'ledger_entries_immutable',
        });
      }
    });
  });

  describe('refunds', () => {
    const insert = `INSERT INTO refunds (id, payment_id, amount, requested_by, idempotency_key, request_hash)
      VALUES (gen_random_uuid(), $1, $2, $3, gen_random_uuid(), '') RETURNING id`;
    let paymentId: string;

    beforeAll(async () => {
      paymentId = (
        await insertPayments(database, [{ payer: PAYER, status: 'COMPLETED', amount: '10' }])
      )[0] as string;
      await service.pool.query(insert, [paymentId, '6', PAYER]);
    });

    it.each(['4.0001', '0', '-1'])('refuses one of %s when 4 is left', async (amount) => {
      await expect(service.pool.query(insert, [paymentId, amount, PAYER])).rejects.toMatchObject({
        code: '23514',
      });
    });

    it('are settled once', async () => {
      const settle = `UPDATE refunds SET status = $2, settled_at = now() WHERE payment_id = $1`;
      await service.pool.query(settle, [paymentId, 'COMPLETED']);
      await expect(service.pool.query(settle, [paymentId, 'FAILED'])).rejects.toMatchObject({
        code: '23514',
        constraint: 'refunds_status_transition',
      });
    });
  });
});
