import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';

const REPORT = `query ($from: DateTime!, $before: DateTime!) {
  paymentReport(from: $from, before: $before) {
    __typename
    ... on Problem { code }
    ... on InvalidInputProblem { fields { path } }
    ... on PaymentReport {
      byStatus { status count amount { amount currency } }
      byType { type count amount { amount currency } }
      byDay { day count amount { amount currency } }
    }
  }
}`;
const period = { from: '2026-03-01T00:00:00Z', before: '2026-04-01T00:00:00Z' };

let fixture: PaymentsFixture;
let vendor: Person;
let other: Person;
let admin: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
  [vendor, other, admin] = await Promise.all([
    fixture.person({ role: 'VENDOR' }),
    fixture.person({ role: 'VENDOR' }),
    fixture.person({ role: 'ADMIN' }),
  ]);
  const at = (text: string): Date => new Date(text);
  const status = 'COMPLETED';
  await insertPayments(fixture.database, [
    { payer: other.id, recipient: vendor.id, amount: '1.10', status, createdAt: at('2026-03-01T00:00:00Z') },
    { payer: other.id, recipient: vendor.id, amount: '2.20', status, createdAt: at('2026-03-01T23:59:59Z') },
    {
      payer: vendor.id,
      amount: '5',
      currency: 'JPY',
      type: 'RECURRING',
      createdAt: at('2026-03-02T00:00:00Z'),
    },
    // To oneself, which is one payment.
    {
      payer: vendor.id,
      recipient: vendor.id,
      amount: '4',
      status: 'FAILED',
      createdAt: at('2026-03-31T23:59:59Z'),
    },
    { payer: other.id, amount: '100', status, createdAt: at('2026-03-15T12:00:00Z') },
    { payer: other.id, recipient: vendor.id, amount: '7', status, createdAt: at('2026-02-28T23:59:59Z') },
    { payer: other.id, recipient: vendor.id, amount: '7', status, createdAt: at('2026-04-01T00:00:00Z') },
  ]);
});
afterAll(() => fixture.stop());

const report = (token: string | undefined, variables: Record<string, string> = period) =>
  fixture.client.query(REPORT, { variables, token });
const line = (by: Record<string, string>, count: number, amount: string, currency = 'EUR') => ({
  ...by,
  count,
  amount: { amount, currency },
});

describe('Query.paymentReport', () => {
  it('adds up what a vendor sent or received, in one statement', async () => {
    const { data, sqlStatements } = await report(vendor.token);
    expect(data.paymentReport).toEqual({
      __typename: 'PaymentReport',
      byStatus: [
        line({ status: 'PENDING' }, 1, '5', 'JPY'),
        line({ status: 'COMPLETED' }, 2, '3.30'),
        line({ status: 'FAILED' }, 1, '4.00'),
      ],
      byType: [line({ type: 'INSTANT' }, 3, '7.30'), line({ type: 'RECURRING' }, 1, '5', 'JPY')],
      byDay: [
        line({ day: '2026-03-01' }, 2, '3.30'),
        line({ day: '2026-03-02' }, 1, '5', 'JPY'),
        line({ day: '2026-03-31' }, 1, '4.00'),
      ],
    });
    expect(sqlStatements).toBe(1);
  });

  it('adds up everybody’s for ADMIN', async () => {
    const { data } = await report(admin.token);
    expect(data.paymentReport.byStatus).toContainEqual(line({ status: 'COMPLETED' }, 3, '103.30'));
  });

  it('is empty where there was nothing', async () => {
    const { data } = await report(vendor.token, {
      from: '2020-01-01T00:00:00Z',
      before: '2020-02-01T00:00:00Z',
    });
    expect(data.paymentReport).toEqual({ __typename: 'PaymentReport', byStatus: [], byType: [], byDay: [] });
  });

  it('refuses a customer, and whoever is not signed in', async () => {
    const customer = await fixture.person();
    expect((await report(customer.token)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await report(undefined)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['ends before it begins', { from: period.before, before: period.from }],
    ['has no length', { from: period.from, before: period.from }],
    ['is longer than 366 days', { from: '2026-01-01T00:00:00Z', before: '2027-01-03T00:00:00Z' }],
  ])('refuses a period that %s', async (_what, variables) => {
    const { data } = await report(vendor.token, variables);
    expect(data.paymentReport).toMatchObject({
      __typename: 'InvalidInputProblem',
      fields: [{ path: 'before' }],
    });
  });
});
