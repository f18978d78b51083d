import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
} from './test-support/payments-fixture.js';

let fixture: PaymentsFixture;
beforeAll(async () => {
  fixture = await startPaymentsFixture({ SUPERGRAPH_MODE: 'embedded' });
});
afterAll(() => fixture.stop());

const post = async (path: string, body: unknown = {}, headers: Record<string, string> = {}) => {
  const response = await fetch(`${fixture.url}/developer/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const later = new Date(Date.now() + 86_400_000);
const pending = async (description: string | null = null): Promise<string> => {
  const [id] = await insertPayments(fixture.database, [
    { payer: randomUUID(), description, processAfter: later },
  ]);
  return id as string;
};
const statusOf = async (id: string) =>
  (await fixture.database.query('SELECT status FROM payments WHERE id = $1', [id]))[0]?.['status'];

describe('the developer’s routes', () => {
  it('show what is in hand, and run one of it now, once', async () => {
    const id = await pending('test:decline');
    const response = await fetch(`${fixture.url}/developer/payments`);
    const { payments } = (await response.json()) as { payments: Record<string, unknown>[] };
    expect(payments.find((payment) => payment['id'] === id)).toMatchObject({
      status: 'PENDING',
      amount: { amount: '12.50', currency: 'EUR' },
      processAfter: later.toISOString(),
    });
    const run = () => post(`payments/${id}/run`);
    expect(await run()).toEqual({
      status: 200,
      body: { id, status: 'FAILED', failureReason: 'insufficient funds' },
    });
    expect((await run()).status).toBe(409);
    expect((await post(`payments/${randomUUID()}/run`)).status).toBe(404);
    expect((await post('payments/7/run')).status).toBe(400);
  });

  it.each([
    ['succeeded', ['APPLIED'], 'COMPLETED'],
    ['declined', ['APPLIED'], 'FAILED'],
    ['late', ['APPLIED'], 'COMPLETED'],
    ['twice', ['APPLIED', 'DUPLICATE'], 'COMPLETED'],
    ['wrongSignature', ['WEBHOOK_SIGNATURE_INVALID'], 'PROCESSING'],
    ['oldTimestamp', ['WEBHOOK_TIMESTAMP_INVALID'], 'PROCESSING'],
    ['malformed', ['WEBHOOK_MALFORMED'], 'PROCESSING'],
  ])('send a webhook: %s', async (kind, codes, status) => {
    const paymentId = await pending('test:timeout');
    expect((await post(`payments/${paymentId}/run`)).body['status']).toBe('PROCESSING');
    const { body } = await post('webhooks', { paymentId, kind });
    const answers = body['answers'] as { code: string }[];
    expect(answers.map(({ code }) => code).sort()).toEqual(codes);
    expect(await statusOf(paymentId)).toBe(status);
  });

  it('refuse what is no such webhook, what a form can send, and names of other machines', async () => {
    const paymentId = await pending();
    expect((await post('webhooks', { paymentId, kind: 'best' })).status).toBe(400);
    expect((await post('webhooks', {}, { 'content-type': 'text/plain' })).status).toBe(415);
    const status = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(fixture.url);
      request(
        {
          hostname,
          port,
          path: `/developer/payments/${paymentId}/run`,
          method: 'POST',
          headers: { host: 'evil.example' },
        },
        (response) => resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
    expect(await statusOf(paymentId)).toBe('PENDING');
  });

  it('are not there in production', async () => {
    const production = await startPaymentsFixture();
    const answers = await Promise.all([
      fetch(`${production.url}/developer/payments`),
      fetch(`${production.url}/developer/webhooks`, { method: 'POST' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    await production.stop();
  });
});
