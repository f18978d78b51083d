import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestEventSources, type TestEventSource } from '@supergraph/platform/testing';
import { askFor } from './domain/payers.js';
import { eventSchemas } from './generated/events.js';
import { toldUser, until } from './test-support/auth-events.js';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
} from './test-support/payments-fixture.js';
import { openReplica } from './test-support/processing.js';
import { doRound } from './worker/round.js';

let fixture: PaymentsFixture;
let auth: TestEventSource;
let stopSources: () => Promise<void>;

beforeAll(async () => {
  const started = await startTestEventSources(['auth'], { readers: ['payments'], eventSchemas });
  auth = started.sources.auth;
  stopSources = () => started.stop();
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' }, auth);
});
afterAll(async () => {
  await fixture.stop();
  await stopSources();
});

const row = async (id: string) =>
  (await fixture.database.query('SELECT email, name, status, version FROM payers WHERE id = $1', [id]))[0];
const create = async (userId: string, changes: Record<string, unknown> = {}) => {
  const input = { amount: { amount: '3', currency: 'EUR' }, idempotencyKey: randomUUID(), ...changes };
  const { data } = await fixture.client.query(
    'mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { __typename ... on Payment { id } ... on Problem { code } } }',
    { variables: { input }, token: await fixture.tokenFor(userId) },
  );
  return data.createPayment as { readonly __typename: string; readonly id?: string; readonly code?: string };
};

describe('the replica of payers', () => {
  it('follows auth’s events, each version once and never backwards', async () => {
    const user = toldUser('Ann Applicant');
    await auth.tell(user.registered(), user.suspended(2));
    await until(async () => (await row(user.id))?.['version'] === 2);
    expect(await row(user.id)).toEqual({
      email: user.email,
      name: 'Ann Applicant',
      status: 'SUSPENDED',
      version: 2,
    });
    // The same once more, and older than what is here.
    await auth.tell(
      user.registered(),
      user.suspended(2),
      user.reinstated(4),
      user.suspended(3),
      user.roleChanged(5),
    );
    await until(async () => (await row(user.id))?.['version'] === 5);
    expect(await row(user.id)).toMatchObject({ status: 'ACTIVE', name: 'Ann Applicant' });
  });

  it('lets somebody pay who registered this very second, before auth’s event arrives', async () => {
    const person = await fixture.person({ name: 'Nora Now' });
    expect((await create(person.id)).__typename).toBe('Payment');
    expect(await row(person.id)).toMatchObject({ name: 'Nora Now', status: 'ACTIVE', version: 0 });
    const user = toldUser('Nora Now', person.id);
    await auth.tell(user.registered());
    await until(async () => (await row(person.id))?.['version'] === 1);
  });

  it('does not let an answer of auth undo what an event said meanwhile', async () => {
    const person = await fixture.person({ name: 'Sue Spended' });
    const user = toldUser('Sue Spended', person.id);
    await auth.tell(user.suspended(2));
    await until(async () => (await row(person.id)) !== undefined);
    const replica = openReplica(fixture);
    // Asked before the suspension, answered after it.
    await askFor(replica.context, [person.id]);
    await replica.stop();
    expect(await row(person.id)).toEqual({
      email: person.email,
      name: 'Sue Spended',
      status: 'SUSPENDED',
      version: 2,
    });
    expect(await create(person.id)).toMatchObject({ code: 'PAYER_REFUSED' });
  });

  it('does not pay what falls due for somebody who is suspended by then, or unknown', async () => {
    const user = toldUser('Sam Scheduler');
    await auth.tell(user.registered());
    await until(async () => (await row(user.id)) !== undefined);
    const payment = await create(user.id, {
      type: 'SCHEDULED',
      scheduledFor: new Date(Date.now() + 60_000).toISOString(),
    });
    await auth.tell(user.suspended(2));
    await until(async () => (await row(user.id))?.['status'] === 'SUSPENDED');
    const [unknown] = await insertPayments(fixture.database, [{ payer: randomUUID() }]);
    await fixture.database.query(`UPDATE payments SET process_after = 'epoch' WHERE id = ANY($1)`, [
      [payment.id, unknown],
    ]);
    const replica = openReplica(fixture);
    await doRound(replica.context);
    await replica.stop();
    for (const id of [payment.id, unknown]) {
      expect(replica.calls.filter((call) => call.includes(id as string))).toEqual([]);
    }
    const ended = await fixture.database.query(
      'SELECT status, failure_reason FROM payments WHERE id = ANY($1) ORDER BY created_at',
      [[payment.id, unknown]],
    );
    expect(new Set(ended.map((payment) => JSON.stringify(payment)))).toEqual(
      new Set([
        '{"status":"FAILED","failure_reason":"PAYER_SUSPENDED"}',
        '{"status":"FAILED","failure_reason":"PAYER_UNKNOWN"}',
      ]),
    );
    const told = await fixture.database.query(
      `SELECT data ->> 'reason' AS reason FROM outbox WHERE type = 'payments.payment.failed' AND aggregate_id = $1`,
      [payment.id],
    );
    expect(told).toEqual([{ reason: 'PAYER_SUSPENDED' }]);
  });
});
