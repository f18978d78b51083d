import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';

let fixture: PaymentsFixture;
let person: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
  person = await fixture.person();
  await fixture.client.query('{ payments { edges { cursor } } }', { token: person.token });
  await fixture.stopDatabase();
});
afterAll(() => fixture.stop());

it.each([
  ['Query.payments', '{ payments { edges { cursor } } }'],
  ['Query.payment', `{ payment(id: "${randomUUID()}") { id } }`],
  [
    'Mutation.createPayment',
    'mutation { createPayment(input: { amount: { amount: "1", currency: "EUR" }, idempotencyKey: "k" }) { __typename } }',
  ],
  [
    'Mutation.cancelPayment',
    `mutation { cancelPayment(input: { paymentId: "${randomUUID()}" }) { __typename } }`,
  ],
])('%s says that the database is away, and nothing of why', async (_field, document) => {
  const { data, errors } = await fixture.client.query(document, { token: person.token });
  expect(Object.values((data ?? {}) as object).filter((value) => value !== null)).toEqual([]);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['DATABASE_UNAVAILABLE']);
  expect(JSON.stringify(errors)).not.toMatch(/ECONN|127\.0\.0\.1|prisma/i);
});

it('stays up, and says that it is not ready', async () => {
  expect((await fetch(`${fixture.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${fixture.url}/health/ready`)).status).toBe(503);
  expect(await fixture.client.query('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
});
