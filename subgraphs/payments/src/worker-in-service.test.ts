import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';

const CREATE = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) { ... on Payment { id status } }
}`;

let fixture: PaymentsFixture;
let payer: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture({
    PAYMENTS_WORKER: 'true',
    PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0',
    PAYMENTS_POLL_MILLISECONDS: '20',
    // Longer than the test: only the webhook can settle what is late.
    PAYMENTS_PROVIDER_LEASE_MILLISECONDS: '600000',
  });
  payer = await fixture.person();
});
afterAll(() => fixture.stop());

async function pay(description: string): Promise<string> {
  const input = { amount: { amount: '3', currency: 'EUR' }, idempotencyKey: randomUUID(), description };
  const { data } = await fixture.client.query(CREATE, { variables: { input }, token: payer.token });
  expect(data.createPayment.status).toBe('PENDING');
  return data.createPayment.id as string;
}
async function untilSettled(id: string): Promise<unknown> {
  for (;;) {
    const { data } = await fixture.client.query(
      'query ($id: ID!) { payment(id: $id) { status failureReason } }',
      {
        variables: { id },
        token: payer.token,
      },
    );
    if (!['PENDING', 'PROCESSING'].includes(data.payment.status)) {
      return data.payment;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the service’s own worker', () => {
  it('hands a new payment to the provider and settles it by the answer', async () => {
    expect(await untilSettled(await pay('rent'))).toEqual({ status: 'COMPLETED', failureReason: null });
    expect(await untilSettled(await pay('test:decline'))).toEqual({
      status: 'FAILED',
      failureReason: 'insufficient funds',
    });
  });

  it('has a late payment settled by the webhook that comes to the service over HTTP', async () => {
    const id = await pay('test:late-webhook');
    expect(await untilSettled(id)).toMatchObject({ status: 'COMPLETED' });
    const events = await fixture.database.query('SELECT type, effect FROM provider_events WHERE key = $1', [
      id,
    ]);
    expect(events).toEqual([{ type: 'charge.succeeded', effect: 'APPLIED' }]);
  });
});
