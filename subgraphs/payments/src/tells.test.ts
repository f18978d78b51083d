import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receiveProviderEvent } from './domain/receive-provider-event.js';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica, type Replica } from './test-support/processing.js';
import { doRound } from './worker/round.js';

let fixture: PaymentsFixture;
let payer: Person;
let vendor: Person;
let replica: Replica;

beforeAll(async () => {
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' });
  [payer, vendor] = await Promise.all([fixture.person(), fixture.person({ role: 'VENDOR' })]);
  replica = openReplica(fixture, { leaseMilliseconds: 60_000, lateMilliseconds: 600_000 });
});
afterAll(async () => {
  await replica.stop();
  await fixture.stop();
});

const SECRET_WORDS = 'for my knee operation';
async function pay(description: string): Promise<string> {
  const input = {
    amount: { amount: '12.5', currency: 'EUR' },
    recipientId: vendor.id,
    description: `${SECRET_WORDS} ${description}`,
    idempotencyKey: randomUUID(),
  };
  const { data } = await fixture.client.query(
    'mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { ... on Payment { id } } }',
    { variables: { input }, token: payer.token },
  );
  return data.createPayment.id as string;
}
const mutate = (field: string, input: Record<string, unknown>, { token }: Person) =>
  fixture.client.query(
    `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename } }`,
    { variables: { input }, token },
  );
/** What was told of a payment, in order; the words of people are nowhere in it. */
async function toldOf(id: string) {
  const rows = await fixture.database.query<Record<string, unknown>>(
    `SELECT type, data, entities, actor FROM outbox WHERE aggregate_type = 'payment' AND aggregate_id = $1
     ORDER BY sequence`,
    [id],
  );
  expect(JSON.stringify(rows)).not.toContain('knee');
  return rows;
}
const typesOf = (rows: ReadonlyArray<Record<string, unknown>>) =>
  rows.map(({ type }) => String(type).replace('payments.', ''));

describe('what is told of a payment', () => {
  it('is its way from the request to the end, with who did it and what it changed', async () => {
    const id = await pay('');
    await doRound(replica.context);
    const rows = await toldOf(id);
    const facts = {
      paymentId: id,
      userId: payer.id,
      recipientId: vendor.id,
      amount: '12.5',
      currency: 'EUR',
    };
    const entities = [
      { typename: 'Payment', id },
      { typename: 'User', id: payer.id },
      { typename: 'User', id: vendor.id },
    ];
    expect(rows).toEqual([
      {
        type: 'payments.payment.created',
        data: { ...facts, version: 1, status: 'PENDING', paymentType: 'INSTANT' },
        entities,
        actor: payer.id,
      },
      { type: 'payments.payment.processing', data: { ...facts, version: 2 }, entities, actor: null },
      { type: 'payments.payment.completed', data: { ...facts, version: 3 }, entities, actor: null },
    ]);
  });

  it('says why it failed by a code, and not in the provider’s words', async () => {
    const id = await pay('test:decline');
    await doRound(replica.context);
    const rows = await toldOf(id);
    expect(typesOf(rows)).toEqual(['payment.created', 'payment.processing', 'payment.failed']);
    expect(rows.at(-1)?.['data']).toMatchObject({ reason: 'PROVIDER_DECLINED', version: 3 });
    expect(JSON.stringify(rows)).not.toContain('insufficient');
  });

  it('is told once when the provider sends a webhook twice', async () => {
    const id = await pay('test:late-webhook');
    await doRound(replica.context);
    const event = { id: `event-${id}`, type: 'charge.succeeded' as const, key: id, reference: 'r' };
    await Promise.all([
      receiveProviderEvent(replica.context, event),
      receiveProviderEvent(replica.context, event),
    ]);
    await receiveProviderEvent(replica.context, event);
    expect(typesOf(await toldOf(id))).toEqual(['payment.created', 'payment.processing', 'payment.completed']);
  });

  it('is called off by its payer, and nothing is told of a refusal', async () => {
    const id = await pay('');
    await mutate('cancelPayment', { paymentId: id, reason: SECRET_WORDS }, payer);
    await mutate('cancelPayment', { paymentId: id }, payer);
    const rows = await toldOf(id);
    expect(typesOf(rows)).toEqual(['payment.created', 'payment.cancelled']);
    expect(rows.at(-1)).toMatchObject({ actor: payer.id, data: { version: 2 } });
  });

  it('goes on with its refunds: asked for, paid back, refused', async () => {
    const id = await pay('');
    await doRound(replica.context);
    for (const [amount, reason] of [
      ['5', SECRET_WORDS],
      ['1', 'test:decline'],
      [null, null],
    ]) {
      await mutate('refundPayment', { paymentId: id, amount, reason, idempotencyKey: randomUUID() }, vendor);
    }
    const rows = (await toldOf(id)).slice(3);
    expect(typesOf(rows)).toEqual([
      'refund.requested',
      'payment.refunded',
      'refund.requested',
      'refund.failed',
      'refund.requested',
      'payment.refunded',
    ]);
    expect(rows.map(({ actor }) => actor)).toEqual(Array(6).fill(vendor.id));
    expect(rows.map(({ data }) => data)).toMatchObject([
      { refundAmount: '5', version: 3 },
      { refundAmount: '5', version: 4, status: 'PARTIALLY_REFUNDED' },
      { refundAmount: '1', version: 4 },
      { refundAmount: '1', version: 4 },
      { refundAmount: '7.5', version: 4 },
      { refundAmount: '7.5', version: 5, status: 'REFUNDED' },
    ]);
    expect(rows[0]?.['entities']).toContainEqual({
      typename: 'Refund',
      id: (rows[0]?.['data'] as { refundId: string }).refundId,
    });
  });
});
