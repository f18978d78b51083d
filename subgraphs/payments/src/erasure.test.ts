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
  type Person,
} from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums, type Replica } from './test-support/processing.js';
import { CREATE_RECURRING, makeRecurring, readRecurring, recurringInput } from './test-support/recurring.js';
import { doRound } from './worker/round.js';

/** What only the person said or is called; it must be nowhere afterwards. */
const WORDS = 'zebra-knee-operation';
let fixture: PaymentsFixture;
let auth: TestEventSource;
let stopSources: () => Promise<void>;
let vendor: Person;
let replica: Replica;

beforeAll(async () => {
  const started = await startTestEventSources(['auth'], { readers: ['payments'], eventSchemas });
  auth = started.sources.auth;
  stopSources = () => started.stop();
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' }, auth);
  vendor = await fixture.person({ role: 'VENDOR' });
  replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
});
afterAll(async () => {
  await replica.stop();
  await fixture.stop();
  await stopSources();
});

const create = async (token: string, changes: Record<string, unknown> = {}) => {
  const input = {
    amount: { amount: '10', currency: 'EUR' },
    idempotencyKey: `${WORDS} ${randomUUID()}`,
    recipientId: vendor.id,
    description: WORDS,
    metadata: { note: WORDS },
    ...changes,
  };
  const { data } = await fixture.client.query(
    'mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { __typename ... on Payment { id } ... on Problem { code } } }',
    { variables: { input }, token },
  );
  return data.createPayment as { readonly id: string; readonly code?: string };
};
const mutate = async (field: string, input: Record<string, unknown>, token: string) => {
  const { data } = await fixture.client.query(
    `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename } }`,
    { variables: { input }, token },
  );
  return data[field].__typename as string;
};
const toldErasures = (userId: string) =>
  fixture.database.query<{ data: { erasureId: string; stores: { store: string; action: string }[] } }>(
    `SELECT data FROM outbox WHERE type = 'payments.payer.erased' AND aggregate_id = $1 ORDER BY sequence`,
    [userId],
  );
/** Every table with a row in which a text of it stands. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await fixture.database.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'payments' ORDER BY 1`,
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await fixture.database.query(`SELECT 1 FROM ${name} AS r WHERE r::text ILIKE $1 LIMIT 1`, [
        `%${text}%`,
      ]);
      return rows.length > 0 ? [name] : [];
    }),
  );
  return found.flat();
}

describe('the erasure of a person', () => {
  it('calls off what is open, leaves nobody’s words, and keeps the money as it was', async () => {
    const person = await fixture.person({ name: 'Zelda Zebra', email: 'zelda.zebra@example.com' });
    const user = toldUser('Zelda Zebra', person.id);
    await auth.tell(user.registered());
    const paid = await create(person.token);
    const declined = await create(person.token, { description: `${WORDS} test:decline` });
    await doRound(replica.context);
    await mutate(
      'refundPayment',
      { paymentId: paid.id, amount: '4', reason: WORDS, idempotencyKey: 'a' },
      vendor.token,
    );
    const cancelled = await create(person.token);
    await mutate('cancelPayment', { paymentId: cancelled.id, reason: WORDS }, person.token);
    const scheduled = await create(person.token, {
      type: 'SCHEDULED',
      scheduledFor: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const [toPerson] = (await insertPayments(fixture.database, [
      { payer: vendor.id, recipient: person.id },
    ])) as [string];
    const ledger = () => fixture.database.query('SELECT * FROM ledger_entries ORDER BY id');
    const before = await ledger();
    const erasureId = randomUUID();
    expect(await tablesWith(WORDS)).not.toEqual([]);

    await auth.tell(user.erased(2, erasureId));
    await until(async () => (await toldErasures(person.id)).length === 1);

    expect(await tablesWith(WORDS)).toEqual([]);
    expect(await tablesWith('zebra')).toEqual([]);
    expect(await ledger()).toEqual(before);
    expect(await unbalancedSums(fixture)).toEqual([]);
    const payments = await fixture.database.query<{ id: string }>(
      `SELECT p.id, status, t.reason FROM payments p
       JOIN LATERAL (SELECT reason FROM payment_transitions t WHERE t.payment_id = p.id
                     ORDER BY occurred_at DESC, t.id DESC LIMIT 1) t ON true
       WHERE user_id = $1 OR recipient_id = $1`,
      [person.id],
    );
    expect(new Map(payments.map(({ id, ...rest }) => [id, rest]))).toEqual(
      new Map([
        [paid.id, { status: 'PARTIALLY_REFUNDED', reason: null }],
        [declined.id, { status: 'FAILED', reason: null }],
        [cancelled.id, { status: 'CANCELLED', reason: null }],
        [scheduled.id, { status: 'CANCELLED', reason: 'PAYER_ERASED' }],
        [toPerson, { status: 'CANCELLED', reason: 'RECIPIENT_ERASED' }],
      ]),
    );
    const [told] = await toldErasures(person.id);
    expect(told?.data).toMatchObject({ userId: person.id, erasureId });
    expect(told?.data.stores).toEqual(
      expect.arrayContaining([
        { store: 'payments', rows: 4, action: 'PSEUDONYMISED', reason: null },
        { store: 'idempotency_keys', rows: 4, action: 'DELETED', reason: null },
        { store: 'payers', rows: 1, action: 'DELETED', reason: null },
        { store: 'ledger_entries', rows: 8, action: 'KEPT', reason: expect.stringContaining('law') },
      ]),
    );
    const cancellations = await fixture.database.query(
      `SELECT aggregate_id FROM outbox WHERE type = 'payments.payment.cancelled' AND aggregate_id = ANY($1)`,
      [[scheduled.id, toPerson]],
    );
    expect(cancellations).toHaveLength(2);
  });

  it('ends what was to be paid again and again, and takes the words out of it', async () => {
    const person = await fixture.person({ name: 'Rita Recurring' });
    const user = toldUser('Rita Recurring', person.id);
    await auth.tell(user.registered());
    const words = { description: WORDS, metadata: { note: WORDS }, idempotencyKey: WORDS };
    const paid = await makeRecurring(fixture, person, { ...words, recipientId: vendor.id });
    while ((await doRound(replica.context)) > 0);
    const cancelled = await makeRecurring(fixture, person, { description: WORDS });
    await mutate('cancelRecurringPayment', { recurringPaymentId: cancelled, reason: WORDS }, person.token);
    const received = await makeRecurring(fixture, vendor, { recipientId: person.id }, { unit: 'YEAR' });
    await auth.tell(user.erased(2));
    await until(async () => (await toldErasures(person.id)).length === 1);
    expect(await tablesWith(WORDS)).toEqual([]);
    expect(await readRecurring(fixture, paid)).toMatchObject({
      row: { status: 'ENDED', status_reason: 'PAYER_ERASED', next_due_at: null, made_count: 1 },
      payments: [{ status: 'COMPLETED', occurrence: 1 }],
      told: ['created', 'ended'],
    });
    expect((await readRecurring(fixture, cancelled)).row['status']).toBe('CANCELLED');
    expect((await readRecurring(fixture, received)).row['status_reason']).toBe('RECIPIENT_ERASED');
    const [told] = await toldErasures(person.id);
    expect(told?.data.stores).toEqual(
      expect.arrayContaining([
        { store: 'recurring_payments', rows: 2, action: 'PSEUDONYMISED', reason: null },
        { store: 'recurring_payments', rows: 3, action: 'KEPT', reason: expect.stringContaining('law') },
      ]),
    );
    // A token that still lives, and a row that came back with a backup.
    const input = recurringInput();
    const { data } = await fixture.client.query(CREATE_RECURRING, {
      variables: { input },
      token: person.token,
    });
    expect(data.createRecurringPayment.code).toBe('PAYER_REFUSED');
    const [restored] = await fixture.database.query<{ id: string }>(
      `INSERT INTO recurring_payments (id, user_id, amount, currency, unit, every, first_due_at, next_occurrence,
         next_due_at, process_after, idempotency_key, request_hash)
       VALUES (gen_random_uuid(), $1, 1, 'EUR', 'DAY', 1, now(), 1, now(), now(), 'old', '') RETURNING id`,
      [person.id],
    );
    while ((await doRound(replica.context)) > 0);
    const after = await readRecurring(fixture, (restored as { id: string }).id);
    expect(after).toMatchObject({ row: { status: 'ENDED', status_reason: 'PAYER_ERASED' }, payments: [] });
  });

  it('is for good: a token that still lives, an event that comes again, an answer from before change nothing', async () => {
    const person = await fixture.person({ name: 'Gus Gone' });
    const user = toldUser('Gus Gone', person.id);
    await create(person.token);
    await auth.tell(user.registered(), user.erased(2));
    await until(async () => (await toldErasures(person.id)).length === 1);
    const before = await fixture.snapshot();

    expect(await create(person.token)).toMatchObject({ code: 'PAYER_REFUSED' });
    expect(await create(vendor.token, { recipientId: person.id })).toMatchObject({
      code: 'RECIPIENT_REFUSED',
    });
    expect(await fixture.snapshot()).toBe(before);
    // auth has not got as far in this answer.
    await askFor(replica.context, [person.id]);
    expect(await create(person.token)).toMatchObject({ code: 'PAYER_REFUSED' });
    await auth.tell(user.registered(), user.reinstated(3), user.erased(4));
    await until(async () => (await toldErasures(person.id)).length === 2);
    expect(await fixture.database.query('SELECT * FROM payers WHERE id = $1', [person.id])).toEqual([]);
    const [, again] = await toldErasures(person.id);
    expect(again?.data.stores).toContainEqual({
      store: 'payments',
      rows: 0,
      action: 'PSEUDONYMISED',
      reason: null,
    });
  });

  it('waits for a payment of the same moment, and then finds it', async () => {
    const person = await fixture.person();
    const user = toldUser('Ray Racer', person.id);
    await create(person.token);
    // A request that has looked whether the person was erased, and has not written yet.
    const writer = fixture.database.query(`WITH asked AS MATERIALIZED (
        SELECT count(*) AS erased FROM erased_among(ARRAY['${person.id}']::uuid[])), slept AS MATERIALIZED (
        SELECT pg_sleep(1)::text FROM asked)
      INSERT INTO payments (id, user_id, amount, currency, idempotency_key)
      SELECT gen_random_uuid(), '${person.id}', 1, 'EUR', 'late' FROM asked, slept WHERE erased = 0 RETURNING id`);
    await until(
      async () =>
        (await fixture.database.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length >
        0,
    );
    await auth.tell(user.erased(2));
    const [late] = (await writer) as { id: string }[];
    await until(async () => (await toldErasures(person.id)).length === 1);
    const statuses = await fixture.database.query(
      'SELECT status, idempotency_key FROM payments WHERE id = $1',
      [late?.id],
    );
    expect(statuses).toEqual([{ status: 'CANCELLED', idempotency_key: `erased-${late?.id}` }]);
  });

  it('is nothing that the service’s role could do to somebody alive', async () => {
    await expect(
      fixture.database.query(`SET ROLE payments_service; SELECT erase_from_history('${vendor.id}')`),
    ).rejects.toMatchObject({ constraint: 'erase_from_history_buried' });
    await fixture.database.query('RESET ROLE');
  });
});
