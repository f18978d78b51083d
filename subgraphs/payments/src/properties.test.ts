import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receiveProviderEvent } from './domain/receive-provider-event.js';
import { mayGo } from './domain/transitions.js';
import type { PaymentProvider } from './provider/payment-provider.js';
import type { PaymentStatus } from './store/records.js';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums, type Replica } from './test-support/processing.js';
import { forManySeeds, type Random } from './test-support/random.js';
import { doRound } from './worker/round.js';

const CREATE = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) { __typename ... on Payment { id status } ... on Problem { code } }
}`;
const CANCEL = `mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { __typename } }`;
const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename } }`;
/** What the provider is told to do; often nothing special. */
const WORDS = [
  ...[null, null, null],
  ...['decline', 'timeout', 'late-webhook', 'late-decline', 'duplicate-webhook'].map(
    (word) => `test:${word}`,
  ),
];
const SEQUENCES = 6;
const STEPS = 30;

let fixture: PaymentsFixture;
let payer: Person;
let vendor: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' });
  [payer, vendor] = await Promise.all([fixture.person(), fixture.person({ role: 'VENDOR' })]);
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
async function step(random: Random, ids: string[], replicas: ReadonlyArray<Replica>): Promise<void> {
  const id = ids.length > 0 ? random.pick(ids) : randomUUID();
  switch (random.below(6)) {
    case 0: {
      const input = {
        amount: { amount: String(1 + random.below(20)), currency: random.pick(['EUR', 'JPY', 'KWD']) },
        recipientId: random.chance(0.8) ? vendor.id : null,
        description: random.pick(WORDS),
        idempotencyKey: randomUUID(),
      };
      const copies = Array.from({ length: 1 + random.below(3) }, () => send(CREATE, input, payer));
      const made = (await Promise.all(copies)).map(({ data }) => data.createPayment.id as string);
      expect(new Set(made).size).toBe(1);
      ids.push(made[0] as string);
      break;
    }
    case 1:
      if (random.chance(0.3)) {
        await send(CANCEL, { paymentId: id }, payer);
      }
      break;
    case 2:
    case 3: {
      const refund = () =>
        send(
          REFUND,
          {
            paymentId: id,
            amount: random.chance(0.3) ? null : String(1 + random.below(10)),
            reason: random.pick([null, null, 'test:decline', 'test:timeout']),
            idempotencyKey: randomUUID(),
          },
          vendor,
        );
      await Promise.all(Array.from({ length: 1 + random.below(3) }, refund));
      break;
    }
    case 4: {
      await fixture.database.query(`UPDATE refunds SET process_after = 'epoch' WHERE status = 'PENDING'`);
      await Promise.all(replicas.map(({ context }) => doRound(context)));
      break;
    }
    case 5:
      for (const { context, events } of replicas) {
        const event = events.length > 0 ? random.pick(events) : undefined;
        if (event !== undefined) {
          await Promise.all([receiveProviderEvent(context, event), receiveProviderEvent(context, event)]);
        }
      }
  }
}

/** What must hold of each payment, read behind the service's back. */
async function expectSoundPayments(ids: ReadonlyArray<string>): Promise<void> {
  expect(await unbalancedSums(fixture)).toEqual([]);
  const payments = await fixture.database.query<{
    id: string;
    status: PaymentStatus;
    paid: boolean;
    refunds_fit: boolean;
    ledger_fits: boolean;
    went: { from: PaymentStatus | null; to: PaymentStatus }[];
  }>(
    `SELECT id, status, completed_at IS NOT NULL AS paid,
       coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = p.id AND r.status <> 'FAILED'), 0)
         <= CASE WHEN completed_at IS NULL THEN 0 ELSE amount END AS refunds_fit,
       coalesce((SELECT sum(l.amount) FROM ledger_entries l WHERE l.payment_id = p.id AND l.account = 'PAYER'), 0)
         = coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = p.id AND r.status = 'COMPLETED'), 0)
           - CASE WHEN completed_at IS NULL THEN 0 ELSE amount END AS ledger_fits,
       (SELECT jsonb_agg(jsonb_build_object('from', from_status, 'to', to_status) ORDER BY occurred_at, id)
        FROM payment_transitions t WHERE t.payment_id = p.id) AS went
     FROM payments p WHERE id = ANY($1)`,
    [ids],
  );
  expect(payments).toHaveLength(ids.length);
  for (const { status, refunds_fit: refundsFit, ledger_fits: ledgerFits, went } of payments) {
    expect({ refundsFit, ledgerFits }).toEqual({ refundsFit: true, ledgerFits: true });
    expect(went.at(-1)?.to).toBe(status);
    went.slice(1).forEach(({ from, to }, index) => {
      expect(from).toBe(went[index]?.to);
      expect(from !== null && mayGo(from, to)).toBe(true);
    });
  }
}

describe('whatever happens in whatever order', () => {
  it('the ledger sums to zero, refunds never exceed, and no payment leaves the table of transitions', async () => {
    await forManySeeds(SEQUENCES, async (random) => {
      const replicas = Array.from({ length: 2 }, () =>
        openReplica(fixture, { wrap: (provider) => unreliable(provider, random), lateMilliseconds: 30 }),
      );
      const ids: string[] = [];
      try {
        for (let count = 0; count < STEPS; count += 1) {
          await step(random, ids, replicas);
        }
        await expectSoundPayments(ids);
      } finally {
        await Promise.all(replicas.map((replica) => replica.stop()));
      }
    });
  }, 120_000);

  it('twenty identical requests at once pay once', async () => {
    const input = {
      amount: { amount: '9', currency: 'EUR' },
      recipientId: vendor.id,
      idempotencyKey: randomUUID(),
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(CREATE, input, payer)));
    const ids = new Set(answers.map(({ data }) => data.createPayment.id as string));
    expect(ids.size).toBe(1);
    const [id] = ids;
    // A lease as in production: without one a replica may ask the provider again at once, by the same key.
    const replicas = Array.from({ length: 3 }, () => openReplica(fixture, { leaseMilliseconds: 60_000 }));
    await Promise.all(replicas.map(({ context }) => doRound(context)));
    await Promise.all(replicas.map((replica) => replica.stop()));
    const charges = replicas.flatMap(({ calls }) => calls).filter((call) => call === `charge ${id}`);
    expect(charges).toHaveLength(1);
    const entries = await fixture.database.query('SELECT amount FROM ledger_entries WHERE payment_id = $1', [
      id,
    ]);
    expect(entries).toHaveLength(4);
  });
});
