import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
} from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums, type Replica } from './test-support/processing.js';
import { doRound } from './worker/round.js';

const CREATE = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) { __typename ... on Payment { id status } }
}`;
const LONG_AGO = new Date(0);
const replicas: Replica[] = [];
let fixture: PaymentsFixture;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
});
afterEach(() => Promise.all(replicas.splice(0).map((replica) => replica.stop())));
afterAll(() => fixture.stop());

function replica(options?: Parameters<typeof openReplica>[1]): Replica {
  const opened = openReplica(fixture, options);
  replicas.push(opened);
  return opened;
}
async function due(description: string | null = null, payer: string = randomUUID()): Promise<string> {
  const [id] = await insertPayments(fixture.database, [
    { payer, recipient: randomUUID(), description, processAfter: LONG_AGO },
  ]);
  return id as string;
}
async function read(id: string) {
  const [payment] = await fixture.database.query('SELECT * FROM payments WHERE id = $1', [id]);
  const transitions = await fixture.database.query<{ to_status: string }>(
    'SELECT * FROM payment_transitions WHERE payment_id = $1 ORDER BY occurred_at, id',
    [id],
  );
  const entries = await fixture.database.query(
    'SELECT account, user_id, amount FROM ledger_entries WHERE payment_id = $1 ORDER BY id',
    [id],
  );
  return { payment, went: transitions.map(({ to_status: to }) => to), entries };
}
const orders = (key: string) =>
  fixture.database.query('SELECT * FROM test_provider_orders WHERE key = $1', [key]);

describe('the worker', () => {
  it('hands over what is due, and moves the money in the ledger', async () => {
    const id = await due();
    await doRound(replica().context);
    const { payment, went, entries } = await read(id);
    expect(payment).toMatchObject({
      status: 'COMPLETED',
      provider_reference: `test-${id}`,
      version: 3,
      process_after: null,
      failure_reason: null,
    });
    expect(payment?.['completed_at']).toBeInstanceOf(Date);
    expect(went).toEqual(['PROCESSING', 'COMPLETED']);
    expect(entries).toEqual([
      { account: 'PAYER', user_id: payment?.['user_id'], amount: '-12.5000' },
      { account: 'PROVIDER_CLEARING', user_id: null, amount: '12.5000' },
      { account: 'PROVIDER_CLEARING', user_id: null, amount: '-12.5000' },
      { account: 'RECIPIENT', user_id: payment?.['recipient_id'], amount: '12.5000' },
    ]);
    expect(await unbalancedSums(fixture)).toEqual([]);
  });

  it('tells why a declined payment FAILED, and moves no money', async () => {
    const id = await due('test:decline');
    await doRound(replica().context);
    expect(await read(id)).toMatchObject({
      payment: { status: 'FAILED', failure_reason: 'insufficient funds', completed_at: null },
      went: ['PROCESSING', 'FAILED'],
      entries: [],
    });
  });

  it('leaves alone what is not due, and rows that came from elsewhere', async () => {
    const later = new Date(Date.now() + 3_600_000);
    const ids = await insertPayments(fixture.database, [
      { payer: randomUUID(), processAfter: later },
      { payer: randomUUID(), processAfter: null },
      { payer: randomUUID(), processAfter: null, status: 'PROCESSING' },
    ]);
    const { context, calls } = replica();
    expect(await doRound(context)).toBe(0);
    expect(calls).toEqual([]);
    expect((await read(ids[0] as string)).payment?.['status']).toBe('PENDING');
  });

  it('asks what became of an order whose answer was lost, and does not pay again', async () => {
    const id = await due('test:timeout');
    const { context, calls } = replica({ leaseMilliseconds: 60_000 });
    await doRound(context);
    expect((await read(id)).payment).toMatchObject({ status: 'PROCESSING', version: 2 });
    expect(await orders(id)).toHaveLength(1);
    await fixture.database.query('UPDATE payments SET process_after = $2 WHERE id = $1', [id, LONG_AGO]);
    await doRound(context);
    expect((await read(id)).payment).toMatchObject({ status: 'COMPLETED', version: 3 });
    expect(calls).toEqual([`charge ${id}`, `find ${id}`]);
  });

  it.each([
    ['before the provider hears of it', 0],
    ['after the provider carried it out', 1],
  ])('settles a payment whose replica crashed %s', async (_when, orderedBefore) => {
    const id = await due();
    const crashed = replica({
      wrap: (provider) => ({
        ...provider,
        async charge(order) {
          if (orderedBefore === 1) {
            await provider.charge(order);
          }
          // What a process that was killed does from here on: nothing.
          throw new Error('killed');
        },
      }),
    });
    await crashed.context.store.paymentProcessing
      .claimDue({ limit: 20, until: LONG_AGO })
      .then((claimed) =>
        Promise.allSettled(
          claimed.map(({ amount, currency }) =>
            crashed.context.provider.charge({ key: id, amount, currency, description: null }),
          ),
        ),
      );
    expect((await read(id)).payment?.['status']).toBe('PROCESSING');
    expect(await orders(id)).toHaveLength(orderedBefore);
    const other = replica();
    await doRound(other.context);
    expect(await read(id)).toMatchObject({
      payment: { status: 'COMPLETED' },
      went: ['PROCESSING', 'COMPLETED'],
    });
    expect(other.calls).toEqual(orderedBefore === 1 ? [`find ${id}`] : [`find ${id}`, `charge ${id}`]);
    expect(await orders(id)).toHaveLength(1);
  });

  it('pays each payment once when four replicas work at once', async () => {
    const ids = await insertPayments(
      fixture.database,
      Array.from({ length: 60 }, () => ({ payer: randomUUID(), processAfter: LONG_AGO })),
    );
    const four = Array.from({ length: 4 }, () => replica({ leaseMilliseconds: 60_000 }));
    await Promise.all(
      four.map(async ({ context }) => {
        while ((await doRound(context)) > 0);
      }),
    );
    const calls = four.flatMap((each) => each.calls).sort();
    expect(calls).toEqual(ids.map((id) => `charge ${id}`).sort());
    const done = await fixture.database.query(
      `SELECT id FROM payments WHERE id = ANY($1) AND status = 'COMPLETED' AND version = 3`,
      [ids],
    );
    expect(done).toHaveLength(60);
    const entries = await fixture.database.query('SELECT id FROM ledger_entries WHERE payment_id = ANY($1)', [
      ids,
    ]);
    expect(entries).toHaveLength(240);
  });

  it('skips what another replica holds instead of waiting for it', async () => {
    const id = await due();
    const holding = fixture.database.query(
      'WITH held AS (SELECT id FROM payments WHERE id = $1 FOR UPDATE) SELECT pg_sleep(30)::text FROM held',
      [id],
    );
    const released = expect(holding).rejects.toThrow(/canceling statement/);
    let holder: { pid: number } | undefined;
    while (holder === undefined) {
      [holder] = await fixture.database.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'`,
      );
    }
    const { context, calls } = replica();
    expect(await doRound(context)).toBe(0);
    await fixture.database.query('SELECT pg_cancel_backend($1)', [holder.pid]);
    await released;
    expect(await doRound(context)).toBeGreaterThan(0);
    expect(calls[0]).toBe(`charge ${id}`);
  });

  it('goes on with the neighbours of one that cannot be settled', async () => {
    const [bad, good] = [await due(), await due()];
    const { context } = replica({
      leaseMilliseconds: 60_000,
      wrap: (provider) => ({
        ...provider,
        charge: (order) => (order.key === bad ? Promise.reject(new Error('broken')) : provider.charge(order)),
      }),
    });
    await doRound(context);
    expect((await read(bad)).payment?.['status']).toBe('PROCESSING');
    expect((await read(good)).payment?.['status']).toBe('COMPLETED');
  });
});

describe('a payment made through the API', () => {
  it('is PENDING in the answer, waits its delay, and is then due', async () => {
    const payer = await fixture.person();
    const input = { amount: { amount: '7', currency: 'EUR' }, idempotencyKey: randomUUID() };
    const { data } = await fixture.client.query(CREATE, { variables: { input }, token: payer.token });
    const { id, status } = data.createPayment;
    expect(status).toBe('PENDING');
    const { payment } = await read(id);
    const wait = (payment?.['process_after'] as Date).getTime() - (payment?.['created_at'] as Date).getTime();
    // Two moments of the same request, of which the second is later: the delay of 2 s, less what lies between.
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(2_000);
  });

  it('is due at its time when it is SCHEDULED', async () => {
    const payer = await fixture.person();
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const input = {
      amount: { amount: '7', currency: 'EUR' },
      idempotencyKey: randomUUID(),
      type: 'SCHEDULED',
      scheduledFor,
    };
    const { data } = await fixture.client.query(CREATE, { variables: { input }, token: payer.token });
    const { payment } = await read(data.createPayment.id);
    expect((payment?.['process_after'] as Date).toISOString()).toBe(scheduledFor);
  });

  it('is not handed over any more once it is called off', async () => {
    const payer = await fixture.person();
    const id = await due(null, payer.id);
    const { data } = await fixture.client.query(
      'mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { __typename } }',
      { variables: { input: { paymentId: id } }, token: payer.token },
    );
    expect(data.cancelPayment.__typename).toBe('Payment');
    const { context, calls } = replica();
    await doRound(context);
    expect(calls.filter((call) => call.includes(id))).toEqual([]);
    expect((await read(id)).payment).toMatchObject({ status: 'CANCELLED', process_after: null });
  });
});
