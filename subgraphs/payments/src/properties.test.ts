import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { makeDueOccurrences } from './domain/make-recurring-payments.js';
import { receiveProviderEvent } from './domain/receive-provider-event.js';
import { mayGo } from './domain/transitions.js';
import type { PaymentProvider } from './provider/payment-provider.js';
import type { PaymentStatus } from './store/records.js';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums, type Replica } from './test-support/processing.js';
import { letPass } from './test-support/recurring.js';
import { createRandom, type Random } from './test-support/random.js';
import { doRound } from './worker/round.js';

const CREATE = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) { __typename ... on Payment { id status } ... on Problem { code } }
}`;
const CANCEL = `mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { __typename } }`;
const RECUR = `mutation ($input: CreateRecurringPaymentInput!) {
  createRecurringPayment(input: $input) { __typename ... on RecurringPayment { id } }
}`;
const CANCEL_RECURRING = `mutation ($input: CancelRecurringPaymentInput!) {
  cancelRecurringPayment(input: $input) { __typename }
}`;
const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename } }`;
/** What the provider is told to do; often nothing special. */
const WORDS = [
  ...[null, null, null],
  ...['decline', 'timeout', 'late-webhook', 'late-decline', 'duplicate-webhook'].map(
    (word) => `test:${word}`,
  ),
];
const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const SEQUENCES = isFull ? 60 : 10;
const STEPS = 30;
const BURSTS = isFull ? 30 : 5;

let fixture: PaymentsFixture;
let payer: Person;
let vendor: Person;
/** Who pays again and again, and is suspended now and then. */
let subscriber: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' });
  [payer, vendor, subscriber] = await Promise.all([
    fixture.person(),
    fixture.person({ role: 'VENDOR' }),
    fixture.person(),
  ]);
});
afterAll(() => fixture.stop());

const send = (document: string, input: Record<string, unknown>, { token }: Person) =>
  fixture.client.query(document, { variables: { input }, token });

/** Between replica and provider: orders get lost on the way there, and answers on the way back. */
function unreliable(provider: PaymentProvider, random: Random): PaymentProvider {
  const risky = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    if (random.chance(0.2)) {
      throw new Error('lost on the way there');
    }
    const answer = await ask();
    if (random.chance(0.2)) {
      throw new Error('lost on the way back');
    }
    return answer;
  };
  return {
    charge: (order) => risky(() => provider.charge(order)),
    find: (key) => risky(() => provider.find(key)),
    refund: (order) => risky(() => provider.refund(order)),
    stop: () => provider.stop(),
  };
}

/** One step of a sequence: something that a payer, a vendor, a worker or the provider does. */
type Step =
  | {
      readonly does: 'pay';
      readonly copies: number;
      readonly amount: number;
      readonly currency: string;
      readonly toVendor: boolean;
      readonly word: string | null;
    }
  | { readonly does: 'cancel'; readonly which: number }
  | {
      readonly does: 'recur';
      readonly copies: number;
      readonly amount: number;
      readonly toVendor: boolean;
      readonly occurrences: number | null;
      readonly word: string | null;
    }
  | { readonly does: 'cancelRecurring'; readonly which: number }
  | { readonly does: 'wait'; readonly days: number }
  | { readonly does: 'suspend'; readonly isOver: boolean }
  | {
      readonly does: 'refund';
      readonly which: number;
      readonly copies: number;
      readonly amount: number | null;
      readonly word: string | null;
      readonly sameKey: boolean;
    }
  | { readonly does: 'work' }
  | { readonly does: 'webhook'; readonly which: number };

const small = fc.integer({ min: 1, max: 3 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('pay' as const),
      copies: small,
      amount: fc.integer({ min: 1, max: 20 }),
      currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
      toVendor: fc.boolean(),
      word: fc.constantFrom(...WORDS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('recur' as const),
      copies: small,
      amount: fc.integer({ min: 1, max: 20 }),
      toVendor: fc.boolean(),
      occurrences: fc.option(fc.integer({ min: 1, max: 6 })),
      word: fc.constantFrom(...WORDS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancelRecurring' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('suspend' as const), isOver: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('refund' as const),
      which: fc.nat(),
      copies: small,
      amount: fc.option(fc.integer({ min: 1, max: 12 })),
      word: fc.constantFrom(null, null, 'test:decline', 'test:timeout'),
      sameKey: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ does: 'work' as const }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('webhook' as const), which: fc.nat() }) },
);
const times = <Item>(count: number, make: () => Promise<Item>): Promise<Item[]> =>
  Promise.all(Array.from({ length: count }, make));

/** What a sequence made. */
interface Run {
  /** Payments, those of recurring ones among them. */
  readonly ids: string[];
  /** Recurring payments. */
  readonly series: string[];
}

async function take(step: Step, { ids, series }: Run, replicas: ReadonlyArray<Replica>): Promise<void> {
  // Small numbers are drawn most, and what is new is where most can go wrong.
  const idOf = (which: number): string => ids.at(-1 - (which % ids.length)) ?? randomUUID();
  switch (step.does) {
    case 'pay': {
      const input = {
        amount: { amount: String(step.amount), currency: step.currency },
        recipientId: step.toVendor ? vendor.id : null,
        description: step.word,
        idempotencyKey: randomUUID(),
      };
      const made = await times(step.copies, () => send(CREATE, input, payer));
      const different = new Set(made.map(({ data }) => data.createPayment.id as string));
      expect(different.size).toBe(1);
      ids.push(...different);
      break;
    }
    case 'cancel':
      await expectAnswer(send(CANCEL, { paymentId: idOf(step.which) }, payer));
      break;
    case 'recur': {
      const input = {
        amount: { amount: String(step.amount), currency: 'EUR' },
        recipientId: step.toVendor ? vendor.id : null,
        description: step.word,
        idempotencyKey: randomUUID(),
        recurrence: { unit: 'DAY', occurrences: step.occurrences },
      };
      const made = await times(step.copies, () => send(RECUR, input, subscriber));
      // Refused while the payer is suspended, all of the copies or none.
      const different = new Set(made.map(({ data }) => data.createRecurringPayment.id as string | undefined));
      expect(different.size).toBe(1);
      series.push(...[...different].filter((id) => id !== undefined));
      break;
    }
    case 'cancelRecurring': {
      const recurringPaymentId = series.at(-1 - (step.which % series.length)) ?? randomUUID();
      await expectAnswer(send(CANCEL_RECURRING, { recurringPaymentId }, subscriber));
      break;
    }
    case 'wait':
      for (const id of series) {
        await letPass(fixture, id, `${step.days} days`);
      }
      break;
    case 'suspend':
      await fixture.database.query(`UPDATE payers SET status = $2::"PayerStatus" WHERE id = $1`, [
        subscriber.id,
        step.isOver ? 'ACTIVE' : 'SUSPENDED',
      ]);
      break;
    case 'refund': {
      const key = randomUUID();
      await times(step.copies, () =>
        expectAnswer(
          send(
            REFUND,
            {
              paymentId: idOf(step.which),
              amount: step.amount === null ? null : String(step.amount),
              reason: step.word,
              idempotencyKey: step.sameKey ? key : randomUUID(),
            },
            vendor,
          ),
        ),
      );
      const unpaid = await fixture.database.query(
        'SELECT id FROM refunds WHERE payment_id IN (SELECT id FROM payments WHERE completed_at IS NULL)',
      );
      expect(unpaid).toEqual([]);
      break;
    }
    case 'work':
      await fixture.database.query(`UPDATE refunds SET process_after = 'epoch' WHERE status = 'PENDING'`);
      await Promise.all(replicas.map(({ context }) => doRound(context)));
      ids.splice(0, ids.length, ...new Set([...ids, ...(await paymentsOf(series))]));
      break;
    case 'webhook':
      for (const { context, events } of replicas) {
        const event = events[step.which % events.length];
        if (event !== undefined) {
          await times(2, () => receiveProviderEvent(context, event));
        }
      }
  }
}

/** The payments of recurring payments. */
async function paymentsOf(series: ReadonlyArray<string>): Promise<string[]> {
  const rows = await fixture.database.query<{ id: string }>(
    'SELECT id FROM payments WHERE recurring_payment_id = ANY($1) ORDER BY created_at, id',
    [series],
  );
  return rows.map(({ id }) => id);
}

/** What must hold of each recurring payment: every date is paid once or missed, none after the end, and none is forgotten. */
async function expectSoundRecurring(
  series: ReadonlyArray<string>,
  replicas: ReadonlyArray<Replica>,
): Promise<void> {
  // More than enough for all that is due: what is left then got stuck.
  for (let round = 0; round < STEPS; round += 1) {
    await Promise.all(replicas.map(({ context }) => makeDueOccurrences(context)));
  }
  const stuck = await fixture.database.query(
    'SELECT * FROM recurring_payments WHERE id = ANY($1) AND next_due_at <= now()',
    [series],
  );
  expect(stuck).toEqual([]);
  const rows = await fixture.database.query<Record<string, unknown>>(
    `SELECT r.status, r.status_reason, r.occurrences, r.made_count, r.missed_count, r.next_occurrence,
            count(p.id)::int AS payments, count(DISTINCT p.occurrence)::int AS dates,
            coalesce(max(p.occurrence), 0) AS latest,
            coalesce(bool_or(p.created_at > r.ended_at), false) AS paid_after_the_end,
            coalesce(bool_and((p.user_id, p.recipient_id, p.amount, p.currency)
              IS NOT DISTINCT FROM (r.user_id, r.recipient_id, r.amount, r.currency)) FILTER (WHERE p.id IS NOT NULL), true) AS is_as_asked
     FROM recurring_payments r LEFT JOIN payments p ON p.recurring_payment_id = r.id
     WHERE r.id = ANY($1) GROUP BY r.id`,
    [series],
  );
  expect(rows).toHaveLength(series.length);
  for (const row of rows) {
    const passed = (row['made_count'] as number) + (row['missed_count'] as number);
    expect(row).toMatchObject({
      made_count: row['payments'],
      payments: row['dates'],
      paid_after_the_end: false,
      is_as_asked: true,
    });
    expect(row['latest']).toBeLessThanOrEqual(passed);
    expect(passed).toBeLessThanOrEqual((row['occurrences'] as number | null) ?? Infinity);
    if (row['status_reason'] === 'ALL_MADE') {
      expect(passed).toBe(row['occurrences']);
    }
  }
}

/** Whatever is asked is done or refused by a result; an error would be the database's second lock on the door. */
async function expectAnswer(answer: ReturnType<typeof send>): Promise<void> {
  expect((await answer).errors).toBeUndefined();
}

/** What is told of each change of status. */
const TOLD_AS: Readonly<Record<PaymentStatus, string>> = {
  PENDING: 'created',
  PROCESSING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  PARTIALLY_REFUNDED: 'refunded',
  REFUNDED: 'refunded',
};

/** What must hold of each payment, read behind the service's back. */
async function expectSoundPayments(ids: ReadonlyArray<string>): Promise<void> {
  expect(await unbalancedSums(fixture)).toEqual([]);
  const foreignOrders = await fixture.database.query(
    `SELECT key FROM test_provider_orders WHERE key NOT IN
       (SELECT id::text FROM payments UNION ALL SELECT id::text FROM refunds)`,
  );
  expect(foreignOrders).toEqual([]);
  const payments = await fixture.database.query<{
    id: string;
    status: PaymentStatus;
    paid: boolean;
    refunds_fit: boolean;
    ledger_fits: boolean;
    told: string[];
    went: { from: PaymentStatus | null; to: PaymentStatus }[];
  }>(
    `SELECT id, status, completed_at IS NOT NULL AS paid,
       coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = p.id AND r.status <> 'FAILED'), 0)
         <= CASE WHEN completed_at IS NULL THEN 0 ELSE amount END AS refunds_fit,
       coalesce((SELECT sum(l.amount) FROM ledger_entries l WHERE l.payment_id = p.id AND l.account = 'PAYER'), 0)
         = coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = p.id AND r.status = 'COMPLETED'), 0)
           - CASE WHEN completed_at IS NULL THEN 0 ELSE amount END AS ledger_fits,
       (SELECT array_agg(type ORDER BY sequence) FROM outbox
        WHERE aggregate_id = p.id::text AND type LIKE 'payments.payment.%') AS told,
       (SELECT jsonb_agg(jsonb_build_object('from', from_status, 'to', to_status) ORDER BY occurred_at, id)
        FROM payment_transitions t WHERE t.payment_id = p.id) AS went
     FROM payments p WHERE id = ANY($1)`,
    [ids],
  );
  expect(payments).toHaveLength(ids.length);
  for (const { status, refunds_fit: refundsFit, ledger_fits: ledgerFits, told, went } of payments) {
    expect({ refundsFit, ledgerFits }).toEqual({ refundsFit: true, ledgerFits: true });
    expect(told).toEqual(went.map(({ to }) => `payments.payment.${TOLD_AS[to]}`));
    expect(went.at(-1)?.to).toBe(status);
    went.slice(1).forEach(({ from, to }, index) => {
      expect(from).toBe(went[index]?.to);
      expect(from !== null && mayGo(from, to)).toBe(true);
    });
  }
}

/** A failure names the seed and the steps; going on to shorter ones would take longer than a test may. */
const endOnFailure = true;

describe('whatever happens in whatever order', () => {
  it(`the ledger sums to zero, refunds never exceed, no payment leaves the table of transitions, and no date is paid twice (${SEQUENCES} sequences of up to ${STEPS} steps)`, async () => {
    let ran = 0;
    const sequences = fc.array(steps, { minLength: STEPS / 2, maxLength: STEPS, size: 'max' });
    const property = fc.asyncProperty(sequences, fc.nat(), async (sequence, losses) => {
      ran += 1;
      const random = createRandom(losses);
      const replicas = Array.from({ length: 2 }, () =>
        openReplica(fixture, { wrap: (provider) => unreliable(provider, random), lateMilliseconds: 30 }),
      );
      const made: Run = { ids: [], series: [] };
      await take({ does: 'suspend', isOver: true }, made, replicas);
      try {
        for (const step of sequence) {
          await take(step, made, replicas);
        }
        await expectSoundPayments(made.ids);
        await expectSoundRecurring(made.series, replicas);
      } finally {
        await Promise.all(replicas.map((replica) => replica.stop()));
      }
    });
    await fc.assert(property, { numRuns: SEQUENCES, endOnFailure });
    expect(ran).toBe(SEQUENCES);
  }, 600_000);

  it(`twenty identical requests at once pay once (${BURSTS} bursts)`, async () => {
    let ran = 0;
    const inputs = fc.record({
      amount: fc.record({
        amount: fc.integer({ min: 1, max: 10_000_000 }).map(String),
        currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
      }),
      description: fc.option(fc.constantFrom('rent', 'test:duplicate-webhook')),
      recipientId: fc.boolean().map((toVendor) => (toVendor ? vendor.id : null)),
    });
    const property = fc.asyncProperty(inputs, async (rest) => {
      ran += 1;
      const input = { ...rest, idempotencyKey: randomUUID() };
      const answers = await times(20, () => send(CREATE, input, payer));
      const ids = new Set(answers.map(({ data }) => data.createPayment.id as string));
      expect(ids.size).toBe(1);
      const [id] = ids;
      // A lease as in production: without one a replica may ask the provider again at once, by the same key.
      const replicas = Array.from({ length: 3 }, () => openReplica(fixture, { leaseMilliseconds: 60_000 }));
      await Promise.all(replicas.map(({ context }) => doRound(context)));
      await Promise.all(replicas.map((replica) => replica.stop()));
      const charges = replicas.flatMap(({ calls }) => calls).filter((call) => call === `charge ${id}`);
      expect(charges).toHaveLength(1);
      const [counts] = await fixture.database.query(
        `SELECT (SELECT count(*) FROM ledger_entries WHERE payment_id = $1)::int AS lines,
                (SELECT count(*) FROM outbox WHERE aggregate_id = $1::text)::int AS events`,
        [id],
      );
      expect(counts).toEqual({ lines: 4, events: 3 });
    });
    await fc.assert(property, { numRuns: BURSTS, endOnFailure });
    expect(ran).toBe(BURSTS);
  }, 600_000);
});
