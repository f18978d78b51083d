import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestEventSources } from '@supergraph/platform/testing';
import { eventSchemas } from './generated/events.js';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica, type Replica } from './test-support/processing.js';
import { letPass, makeRecurring, readRecurring } from './test-support/recurring.js';
import { doRound } from './worker/round.js';

const PROBLEM = `__typename ... on Problem { code message }
  ... on CurrencyNotAcceptedProblem { accepted }
  ... on DailyLimitReachedProblem { limit { amount currency } remaining { amount currency } }`;
const CREATE = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { ${PROBLEM} ... on Payment { id } } }`;
const CREATE_RECURRING = `mutation ($input: CreateRecurringPaymentInput!) {
  createRecurringPayment(input: $input) { ${PROBLEM} ... on RecurringPayment { id } }
}`;
const CANCEL = `mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { __typename } }`;

let sources: Awaited<ReturnType<typeof startTestEventSources<'admin'>>>;
let fixture: PaymentsFixture;
let payer: Person;
let version = 1;

beforeAll(async () => {
  sources = await startTestEventSources(['admin'], { readers: ['payments'], eventSchemas });
  fixture = await startPaymentsFixture(
    { PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' },
    sources.sources.admin,
  );
});
afterAll(async () => {
  await fixture.stop();
  await sources.stop();
});
beforeEach(async () => {
  payer = await fixture.person();
  await fixture.database.query('DELETE FROM settings');
});

/** Tells a setting as admin does, and waits until payments has dealt with it. */
async function tell(key: string, value: unknown): Promise<void> {
  version += 1;
  const [event] = await sources.sources.admin.tell({
    type: 'admin.setting.changed',
    aggregate: { type: 'setting', id: key },
    data: { key, value, version },
    actor: null,
  });
  const dealtWith = `SELECT 1 FROM inbox WHERE consumer = 'settings' AND event_id = $1
    UNION ALL SELECT 1 FROM parked_events WHERE consumer = 'settings' AND event_id = $1`;
  while ((await fixture.database.query(dealtWith, [event?.id])).length === 0) {
    await sleep(10);
  }
}
const inputOf = (amount: string, currency = 'EUR') => ({
  amount: { amount, currency },
  idempotencyKey: randomUUID(),
});
type Answer = Record<string, unknown> & { readonly __typename: string };
async function pay(input: Record<string, unknown>): Promise<Answer> {
  const { data, errors } = await fixture.client.query(CREATE, { variables: { input }, token: payer.token });
  expect(errors).toBeUndefined();
  return data.createPayment as Answer;
}
async function agree(input: Record<string, unknown>): Promise<Answer> {
  const variables = { input: { ...input, recurrence: { unit: 'DAY' } } };
  const { data, errors } = await fixture.client.query(CREATE_RECURRING, { variables, token: payer.token });
  expect(errors).toBeUndefined();
  return data.createRecurringPayment as Answer;
}

describe('payments.enabled', () => {
  it('stops and lets in new payments, and a repeated request still gets its payment', async () => {
    const input = inputOf('1');
    const made = await pay(input);
    await tell('payments.enabled', false);
    const before = await fixture.snapshot();
    expect(await pay(inputOf('1'))).toMatchObject({ code: 'PAYMENTS_DISABLED' });
    expect(await agree(inputOf('1'))).toMatchObject({ code: 'PAYMENTS_DISABLED' });
    expect(await pay(input)).toEqual(made);
    expect(await fixture.snapshot()).toBe(before);
    await tell('payments.enabled', true);
    expect(await pay(inputOf('1'))).toMatchObject({ __typename: 'Payment' });
  });

  it('lets what is due of a recurring payment wait', async () => {
    const id = await makeRecurring(fixture, payer, {}, { unit: 'DAY' });
    const replica: Replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
    const work = async () => {
      while ((await doRound(replica.context)) > 0);
    };
    try {
      await work();
      expect((await readRecurring(fixture, id)).payments).toHaveLength(1);
      await tell('payments.enabled', false);
      await letPass(fixture, id, '1 day');
      await work();
      expect((await readRecurring(fixture, id)).payments).toHaveLength(1);
      await tell('payments.enabled', true);
      await work();
      expect((await readRecurring(fixture, id)).payments).toHaveLength(2);
    } finally {
      await replica.stop();
    }
  });
});

describe('payments.currencies', () => {
  it('refuses the others, and names those that exist', async () => {
    await tell('payments.currencies', ['EUR', 'no such', 'JPY']);
    const before = await fixture.snapshot();
    const refused = { code: 'CURRENCY_NOT_ACCEPTED', accepted: ['EUR', 'JPY'] };
    expect(await pay(inputOf('1', 'USD'))).toMatchObject(refused);
    expect(await agree(inputOf('1', 'USD'))).toMatchObject(refused);
    expect(await fixture.snapshot()).toBe(before);
    expect(await pay(inputOf('1', 'JPY'))).toMatchObject({ __typename: 'Payment' });
  });
});

describe('payments.daily_limit', () => {
  it('counts what was paid today in a currency, and not what was called off', async () => {
    await tell('payments.daily_limit', 100);
    const first = await pay(inputOf('60.50'));
    const before = await fixture.snapshot();
    expect(await pay(inputOf('39.51'))).toMatchObject({
      code: 'DAILY_LIMIT_REACHED',
      limit: { amount: '100.00', currency: 'EUR' },
      remaining: { amount: '39.50', currency: 'EUR' },
    });
    expect(await fixture.snapshot()).toBe(before);
    expect(await pay(inputOf('100', 'USD'))).toMatchObject({ __typename: 'Payment' });
    const variables = { input: { paymentId: first['id'] } };
    const { data } = await fixture.client.query(CANCEL, { variables, token: payer.token });
    expect(data.cancelPayment).toEqual({ __typename: 'Payment' });
    expect(await pay(inputOf('100'))).toMatchObject({ __typename: 'Payment' });
    expect(await pay(inputOf('0.01'))).toMatchObject({ remaining: { amount: '0.00' } });
    await fixture.database.query(
      `UPDATE payments SET created_at = created_at - interval '1 day' WHERE user_id = $1`,
      [payer.id],
    );
    expect(await pay(inputOf('100'))).toMatchObject({ __typename: 'Payment' });
  });

  it('holds against twenty at once', async () => {
    await tell('payments.daily_limit', 10);
    const answers = await Promise.all(Array.from({ length: 20 }, () => pay(inputOf('3'))));
    expect(answers.filter(({ __typename }) => __typename === 'Payment')).toHaveLength(3);
    expect(answers.filter(({ code }) => code === 'DAILY_LIMIT_REACHED')).toHaveLength(17);
  });

  it('gives one payment to one request that comes twenty times at once', async () => {
    await tell('payments.daily_limit', 10);
    const input = inputOf('10');
    const answers = await Promise.all(Array.from({ length: 20 }, () => pay(input)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.map(({ __typename }) => __typename)).toEqual(Array(20).fill('Payment'));
  });

  it('refuses to agree to what a whole day does not allow, and anything when it is below 0', async () => {
    await tell('payments.daily_limit', 10);
    expect(await agree(inputOf('10.01'))).toMatchObject({ code: 'DAILY_LIMIT_REACHED' });
    expect(await agree(inputOf('10'))).toMatchObject({ __typename: 'RecurringPayment' });
    await tell('payments.daily_limit', -1);
    expect(await pay(inputOf('1', 'JPY'))).toMatchObject({
      limit: { amount: '0', currency: 'JPY' },
      remaining: { amount: '0', currency: 'JPY' },
    });
  });
});

describe('admin.setting.changed', () => {
  it('keeps what is newer and concerns payments, and parks a value of the wrong kind', async () => {
    await tell('payments.daily_limit', 7);
    const kept = version;
    await tell('registration.open', false);
    await tell('payments.daily_limit', 'much');
    expect(await fixture.database.query('SELECT key, value, version FROM settings')).toEqual([
      { key: 'payments.daily_limit', value: 7, version: kept },
    ]);
  });
});
