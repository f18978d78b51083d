import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dueAt } from './domain/recurrence.js';
import { planStep } from './domain/recurring-step.js';
import { handOverDue } from './domain/process-payments.js';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums, type Replica } from './test-support/processing.js';
import { letPass, makeRecurring, readRecurring } from './test-support/recurring.js';
import { doRound } from './worker/round.js';

const DAILY = { unit: 'DAY' };
let fixture: PaymentsFixture;
let payer: Person;
let recipient: Person;
const replicas: Replica[] = [];

beforeAll(async () => {
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' });
});
beforeEach(async () => {
  [payer, recipient] = await Promise.all([fixture.person(), fixture.person()]);
});
afterEach(() => Promise.all(replicas.splice(0).map((replica) => replica.stop())));
afterAll(() => fixture.stop());

function replica(): Replica {
  const opened = openReplica(fixture, { leaseMilliseconds: 60_000 });
  replicas.push(opened);
  return opened;
}
/** Rounds until nothing is left to do. */
async function work({ context }: Replica = replica()): Promise<void> {
  while ((await doRound(context)) > 0);
}
const read = (id: string) => readRecurring(fixture, id);
const setStatus = (userId: string, status: string) =>
  fixture.database.query(`UPDATE payers SET status = $2::"PayerStatus" WHERE id = $1`, [userId, status]);

describe('a recurring payment that is due', () => {
  it('makes a payment of its own and pays it, date by date', async () => {
    const id = await makeRecurring(
      fixture,
      payer,
      { recipientId: recipient.id, description: 'rent', metadata: { flat: 7 } },
      DAILY,
    );
    await work();
    const first = await read(id);
    expect(first.payments).toMatchObject([
      {
        user_id: payer.id,
        recipient_id: recipient.id,
        amount: '12.5000',
        currency: 'EUR',
        description: 'rent',
        metadata: { flat: 7 },
        type: 'RECURRING',
        status: 'COMPLETED',
        occurrence: 1,
      },
    ]);
    expect(first.row).toMatchObject({ status: 'ACTIVE', made_count: 1, missed_count: 0, next_occurrence: 2 });
    const day = (first.row['next_due_at'] as Date).getTime() - (first.row['first_due_at'] as Date).getTime();
    expect(day).toBe(86_400_000);
    await work();
    expect((await read(id)).payments).toHaveLength(1);
    await letPass(fixture, id, null);
    await work();
    expect((await read(id)).payments).toMatchObject([
      { occurrence: 1 },
      { occurrence: 2, status: 'COMPLETED' },
    ]);
    expect(await unbalancedSums(fixture)).toEqual([]);
    const [told] = await fixture.database.query<{ data: unknown; entities: unknown[]; actor: string | null }>(
      `SELECT data, entities, actor FROM outbox WHERE aggregate_id = $1 AND type = 'payments.payment.created'`,
      [(await read(id)).payments[1]?.id],
    );
    expect(told).toMatchObject({ data: { recurringPaymentId: id, paymentType: 'RECURRING' }, actor: null });
    expect(told?.entities).toContainEqual({ typename: 'RecurringPayment', id });
  });

  it('ends with the last of its number, and with the last before its end', async () => {
    const counted = await makeRecurring(fixture, payer, {}, { ...DAILY, occurrences: 2 });
    const endsAt = new Date(Date.now() + 36 * 3_600_000).toISOString();
    const dated = await makeRecurring(fixture, payer, {}, { ...DAILY, endsAt });
    await work();
    for (const id of [counted, dated]) {
      expect((await read(id)).row['status']).toBe('ACTIVE');
      await letPass(fixture, id, null);
    }
    await work();
    for (const id of [counted, dated]) {
      const { row, payments, told } = await read(id);
      expect(row).toMatchObject({ status: 'ENDED', status_reason: 'ALL_MADE', next_due_at: null });
      expect(payments.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
      expect(told).toEqual(['created', 'ended']);
    }
  });

  it('pays once after a time in which nothing was done, and counts what it missed', async () => {
    const id = await makeRecurring(fixture, payer, {}, DAILY);
    await work();
    await letPass(fixture, id, '10 days 1 hour');
    await work();
    await work();
    const { row, payments, told } = await read(id);
    expect(payments).toMatchObject([{ occurrence: 1 }, { occurrence: 11 }]);
    expect(row).toMatchObject({ made_count: 2, missed_count: 9, next_occurrence: 12, status: 'ACTIVE' });
    expect(row['next_due_at']).toEqual(new Date((row['first_due_at'] as Date).getTime() + 11 * 86_400_000));
    expect(told).toEqual(['created', 'missed']);
  });

  it.each(['payer', 'recipient'] as const)(
    'pauses while the %s is suspended, and goes on at the next date afterwards',
    async (party) => {
      const id = await makeRecurring(fixture, payer, { recipientId: recipient.id }, DAILY);
      await work();
      const person = party === 'payer' ? payer : recipient;
      await setStatus(person.id, 'SUSPENDED');
      for (let date = 0; date < 2; date += 1) {
        await letPass(fixture, id, null);
        const worker = replica();
        await work(worker);
        expect(worker.calls).toEqual([]);
      }
      const paused = await read(id);
      expect(paused.row).toMatchObject({
        status: 'PAUSED',
        status_reason: `${party.toUpperCase()}_SUSPENDED`,
        made_count: 1,
        missed_count: 2,
      });
      expect(paused.told).toEqual(['created', 'paused', 'missed']);
      await setStatus(person.id, 'ACTIVE');
      await letPass(fixture, id, null);
      await work();
      const { row, payments, told } = await read(id);
      expect(row).toMatchObject({ status: 'ACTIVE', status_reason: null, made_count: 2, missed_count: 2 });
      expect(payments.map(({ occurrence }) => occurrence)).toEqual([1, 4]);
      expect(told).toEqual(['created', 'paused', 'missed', 'resumed']);
    },
  );

  it('ends when auth does not know a party any more', async () => {
    const ids = [
      await makeRecurring(fixture, payer, { recipientId: recipient.id }, DAILY),
      await makeRecurring(fixture, recipient, { recipientId: payer.id }, DAILY),
    ] as const;
    await fixture.database.query('DELETE FROM payers WHERE id = $1', [payer.id]);
    fixture.auth.add({ ...payer, status: 'ERASED' });
    await work();
    expect((await read(ids[0])).row).toMatchObject({ status: 'ENDED', status_reason: 'PAYER_UNKNOWN' });
    expect((await read(ids[1])).row).toMatchObject({ status: 'ENDED', status_reason: 'RECIPIENT_UNKNOWN' });
    expect((await read(ids[0])).payments).toEqual([]);
  });

  it('waits when auth is away and somebody is missing, and misses nothing', async () => {
    const id = await makeRecurring(fixture, payer, {}, DAILY);
    await fixture.database.query('DELETE FROM payers WHERE id = $1', [payer.id]);
    await fixture.auth.stop();
    await work();
    expect(await read(id)).toMatchObject({ row: { status: 'ACTIVE', missed_count: 0 }, payments: [] });
    await fixture.auth.start();
    await fixture.database.query('UPDATE recurring_payments SET process_after = now() WHERE id = $1', [id]);
    await work();
    expect((await read(id)).payments).toMatchObject([{ occurrence: 1, status: 'COMPLETED' }]);
  });

  it('is given up after three payments in a row that FAILED', async () => {
    const id = await makeRecurring(fixture, payer, { description: 'test:decline' }, DAILY);
    for (let date = 1; date <= 3; date += 1) {
      await work();
      const { row, payments } = await read(id);
      expect(payments.map(({ status }) => status)).toEqual(Array(date).fill('FAILED'));
      expect(row['status']).toBe(date < 3 ? 'ACTIVE' : 'ENDED');
      if (date < 3) {
        await letPass(fixture, id, null);
      }
    }
    const { row, told } = await read(id);
    expect(row).toMatchObject({ status_reason: 'TOO_MANY_FAILURES', next_due_at: null, made_count: 3 });
    expect(told).toEqual(['created', 'ended']);
  });

  it('counts failures anew after a payment that was COMPLETED', async () => {
    const id = await makeRecurring(fixture, payer, { description: 'test:decline' }, DAILY);
    const describe = (description: string) =>
      fixture.database.query('UPDATE recurring_payments SET description = $2 WHERE id = $1', [
        id,
        description,
      ]);
    for (const description of ['test:decline', 'test:decline', 'paid', 'test:decline', 'test:decline']) {
      await describe(description);
      await work();
      await letPass(fixture, id, null);
    }
    expect((await read(id)).row).toMatchObject({ status: 'ACTIVE', failures_in_row: 2, made_count: 5 });
  });

  it('is not paid for a payer who is suspended between making and paying', async () => {
    const id = await makeRecurring(fixture, payer, {}, DAILY);
    const { context, calls } = replica();
    const { series, now } = await context.store.recurringProcessing.claimDue({
      limit: 100,
      until: new Date(),
    });
    for (const one of series) {
      const step = planStep(one, { type: 'allowed' }, now);
      await context.store.recurringProcessing.advance(one, step, { id: randomUUID(), processAfter: now });
    }
    await setStatus(payer.id, 'SUSPENDED');
    await handOverDue(context);
    expect((await read(id)).payments).toMatchObject([
      { status: 'FAILED', failure_reason: 'PAYER_SUSPENDED' },
    ]);
    const { payments } = await read(id);
    expect(calls).not.toContain(`charge ${payments[0]?.id}`);
  });
});

describe('two workers at once', () => {
  it('pay every date of every recurring payment once', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => fixture.person()));
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        makeRecurring(fixture, people[index % 4] as Person, {}, DAILY),
      ),
    );
    // Without a lease nobody holds anything back from the others, so that their steps really meet.
    const workers = Array.from({ length: 4 }, () => openReplica(fixture, { leaseMilliseconds: 0 }));
    replicas.push(...workers);
    for (let date = 1; date <= 3; date += 1) {
      for (let round = 0; round < 8; round += 1) {
        await Promise.all(workers.map(({ context }) => doRound(context)));
      }
      for (const id of ids) {
        const { row, payments } = await read(id);
        expect(payments.map(({ occurrence }) => occurrence)).toEqual(
          Array.from({ length: date }, (_, index) => index + 1),
        );
        expect(new Set(payments.map(({ status }) => status))).toEqual(new Set(['COMPLETED']));
        expect(row).toMatchObject({ made_count: date, missed_count: 0 });
      }
      await Promise.all(ids.map((id) => letPass(fixture, id, null)));
    }
    const orders = await fixture.database.query(
      `SELECT count(*)::int AS paid FROM test_provider_orders WHERE key IN
         (SELECT id::text FROM payments WHERE recurring_payment_id = ANY($1))`,
      [ids],
    );
    expect(orders).toEqual([{ paid: 60 }]);
    expect(await unbalancedSums(fixture)).toEqual([]);
  });

  it('take one step once when six have planned it', async () => {
    const id = await makeRecurring(fixture, payer, {}, DAILY);
    const { context } = replica();
    const series = (await context.store.recurringPayments.findMany([id])).get(id);
    const one = { ...(series as NonNullable<typeof series>), nextOccurrence: 1 };
    const now = new Date();
    const step = planStep(one, { type: 'allowed' }, now);
    const made = await fixture.collide(
      id,
      6,
      () => context.store.recurringProcessing.advance(one, step, { id: randomUUID(), processAfter: now }),
      'recurring_payments',
    );
    expect(made.filter((payment) => payment !== null)).toHaveLength(1);
    expect(await read(id)).toMatchObject({
      row: { made_count: 1, version: 2 },
      payments: [{ occurrence: 1 }],
    });
  });

  it('make nothing for what is called off at the same moment, or make it before', async () => {
    const id = await makeRecurring(fixture, payer, {}, DAILY);
    const { context } = replica();
    const series = (await context.store.recurringPayments.findMany([id])).get(id);
    const one = { ...(series as NonNullable<typeof series>), nextOccurrence: 1 };
    const now = new Date();
    const step = planStep(one, { type: 'allowed' }, now);
    await fixture.collide(
      id,
      4,
      async (index) => {
        await (index % 2 === 0
          ? context.store.recurringPayments.cancel({ id, payerId: null, reason: null }, { actor: null })
          : context.store.recurringProcessing.advance(one, step, { id: randomUUID(), processAfter: now }));
      },
      'recurring_payments',
    );
    const { row, payments } = await read(id);
    expect(row['status']).toBe('CANCELLED');
    expect(payments).toHaveLength(row['made_count'] as number);
    expect(payments.length).toBeLessThanOrEqual(1);
  });
});

describe('the dates', () => {
  it('are those of PostgreSQL’s own calendar (2,000 cases)', async () => {
    const cases = fc.sample(
      fc.record({
        unit: fc.constantFrom('DAY' as const, 'WEEK' as const, 'MONTH' as const, 'YEAR' as const),
        every: fc.integer({ min: 1, max: 366 }),
        occurrence: fc.integer({ min: 1, max: 60 }),
        firstDueAt: fc.oneof(
          fc.date({ min: new Date('2020-01-01'), max: new Date('2036-12-31'), noInvalidDate: true }),
          // The ends of months, where it is hard.
          fc.integer({ min: 0, max: 200 }).map((month) => new Date(Date.UTC(2020, month, 0, 12))),
        ),
      }),
      2_000,
    );
    const rows = await fixture.database.query<{ due: Date }>(
      `SELECT ((first AT TIME ZONE 'UTC') + (occurrence - 1) * every * ('1 ' || unit)::interval)
              AT TIME ZONE 'UTC' AS due
       FROM ROWS FROM (jsonb_to_recordset($1) AS (unit text, every int, occurrence int, "firstDueAt" timestamptz))
            WITH ORDINALITY AS of (unit, every, occurrence, first, place) ORDER BY place`,
      [JSON.stringify(cases)],
    );
    const ours = cases.map(({ occurrence, ...of }) =>
      dueAt({ ...of, occurrences: null, endsAt: null }, occurrence).toISOString(),
    );
    expect(ours).toEqual(rows.map(({ due }) => due.toISOString()));
  });
});
