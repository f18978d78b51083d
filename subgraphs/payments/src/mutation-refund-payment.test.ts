import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';
import { openReplica, unbalancedSums } from './test-support/processing.js';
import { doRound } from './worker/round.js';

const REFUND = `mutation ($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    __typename
    ... on Problem { code message }
    ... on InvalidInputProblem { fields { path } }
    ... on IllegalTransitionProblem { from to }
    ... on RefundExceedsProblem { remaining { amount currency } }
    ... on Refund {
      id amount { amount currency } status reason failureReason settledAt
      payment { id status version refunds { id } transitions { from to reason } }
    }
  }
}`;

let fixture: PaymentsFixture;
let payer: Person;
let vendor: Person;
let admin: Person;
let paymentId: string;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  [payer, vendor, admin] = await Promise.all([
    fixture.person(),
    fixture.person({ role: 'VENDOR' }),
    fixture.person({ role: 'ADMIN' }),
  ]);
  paymentId = await insert({ status: 'COMPLETED', amount: '10' });
});

async function insert(row: { status?: string; amount?: string; currency?: string }): Promise<string> {
  const [id] = await insertPayments(fixture.database, [{ payer: payer.id, recipient: vendor.id, ...row }]);
  return id as string;
}
const refund = (changes: Record<string, unknown> = {}, token: string | undefined = vendor.token) =>
  fixture.client.query(REFUND, {
    variables: { input: { paymentId, idempotencyKey: randomUUID(), ...changes } },
    token,
  });

describe('Mutation.refundPayment', () => {
  it('pays back all, and moves the money back in the ledger', async () => {
    const { data, errors } = await refund({ reason: ' broken ' });
    expect(errors).toBeUndefined();
    const { id } = data.refundPayment;
    expect(data.refundPayment).toEqual({
      __typename: 'Refund',
      id,
      amount: { amount: '10.00', currency: 'EUR' },
      status: 'COMPLETED',
      reason: 'broken',
      failureReason: null,
      settledAt: expect.any(String),
      payment: {
        id: paymentId,
        status: 'REFUNDED',
        version: 2,
        refunds: [{ id }],
        transitions: [{ from: 'COMPLETED', to: 'REFUNDED', reason: 'broken' }],
      },
    });
    const entries = await fixture.database.query(
      'SELECT account, user_id, amount FROM ledger_entries WHERE payment_id = $1 ORDER BY id',
      [paymentId],
    );
    expect(entries).toEqual([
      { account: 'RECIPIENT', user_id: vendor.id, amount: '-10.0000' },
      { account: 'PROVIDER_CLEARING', user_id: null, amount: '10.0000' },
      { account: 'PROVIDER_CLEARING', user_id: null, amount: '-10.0000' },
      { account: 'PAYER', user_id: payer.id, amount: '10.0000' },
    ]);
    expect(await unbalancedSums(fixture)).toEqual([]);
  });

  it('pays back in parts until nothing is left', async () => {
    const statuses: unknown[] = [];
    for (const amount of ['3.5', '0.01', null]) {
      const { data } = await refund({ amount });
      statuses.push([data.refundPayment.amount.amount, data.refundPayment.payment.status]);
    }
    expect(statuses).toEqual([
      ['3.50', 'PARTIALLY_REFUNDED'],
      ['0.01', 'PARTIALLY_REFUNDED'],
      ['6.49', 'REFUNDED'],
    ]);
    const { data } = await refund({ amount: '0.01' });
    expect(data.refundPayment).toMatchObject({
      __typename: 'IllegalTransitionProblem',
      from: 'REFUNDED',
      to: 'REFUNDED',
    });
  });

  it('lets an ADMIN pay back everybody’s', async () => {
    expect((await refund({}, admin.token)).data.refundPayment.status).toBe('COMPLETED');
  });

  it('refuses whoever is not signed in', async () => {
    const { errors } = await fixture.client.query(REFUND, {
      variables: { input: { paymentId, idempotencyKey: 'k' } },
    });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('refuses the payer, and a recipient who is no vendor, and changes nothing', async () => {
    const customer = await fixture.person();
    const [theirs] = await insertPayments(fixture.database, [
      { payer: payer.id, recipient: customer.id, status: 'COMPLETED' },
    ]);
    const before = await fixture.snapshot();
    for (const answer of [
      await refund({}, payer.token),
      await refund({ paymentId: theirs }, customer.token),
    ]) {
      expect(answer.data.refundPayment).toMatchObject({
        __typename: 'RefundNotAllowedProblem',
        code: 'REFUND_NOT_ALLOWED',
      });
    }
    expect(await fixture.snapshot()).toBe(before);
  });

  it('does not tell another vendor from somebody with a wrong id', async () => {
    const stranger = await fixture.person({ role: 'VENDOR' });
    const before = await fixture.snapshot();
    const { data } = await refund({}, stranger.token);
    expect(data.refundPayment).toMatchObject({ __typename: 'PaymentNotFoundProblem' });
    expect((await refund({ paymentId: randomUUID() }, stranger.token)).data).toEqual(data);
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses a malformed id', async () => {
    const { errors } = await refund({ paymentId: 'nothing' });
    expect(errors?.[0]?.extensions.code).toBe('INVALID_ID');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['nothing', { amount: '0.00' }, 'amount'],
    ['a negative amount', { amount: '-1' }, 'amount'],
    ['more decimals than the currency has', { amount: '1.001' }, 'amount'],
    ['more than any payment', { amount: '10000001' }, 'amount'],
    ['an empty key', { idempotencyKey: ' ' }, 'idempotencyKey'],
    ['a reason of 501 characters', { reason: 'r'.repeat(501) }, 'reason'],
  ])('refuses %s and changes nothing', async (_what, changes, path) => {
    const before = await fixture.snapshot();
    const { data } = await refund(changes);
    expect(data.refundPayment).toMatchObject({ __typename: 'InvalidInputProblem', fields: [{ path }] });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses more than is left, says how much that is, and changes nothing', async () => {
    await refund({ amount: '4' });
    const before = await fixture.snapshot();
    const { data } = await refund({ amount: '6.01' });
    expect(data.refundPayment).toMatchObject({
      __typename: 'RefundExceedsProblem',
      code: 'REFUND_EXCEEDS',
      remaining: { amount: '6.00', currency: 'EUR' },
    });
    expect(await fixture.snapshot()).toBe(before);
  });

  it.each(['PENDING', 'PROCESSING', 'FAILED', 'CANCELLED', 'REFUNDED'])(
    'refuses a payment that is %s and changes nothing',
    async (status) => {
      const id = await insert({ status });
      const before = await fixture.snapshot();
      const { data } = await refund({ paymentId: id });
      expect(data.refundPayment).toMatchObject({
        __typename: 'IllegalTransitionProblem',
        from: status,
        to: 'REFUNDED',
      });
      expect(await fixture.snapshot()).toBe(before);
    },
  );

  it('gives nothing more of a row that came PARTIALLY_REFUNDED from elsewhere', async () => {
    const id = await insert({ status: 'PARTIALLY_REFUNDED' });
    const { data } = await refund({ paymentId: id });
    expect(data.refundPayment).toMatchObject({ remaining: { amount: '0.00', currency: 'EUR' } });
  });

  it('gives the same refund for the same key and request, and a conflict for another request', async () => {
    const input = { amount: '2', idempotencyKey: randomUUID() };
    const first = await refund(input);
    const again = await refund({ ...input, amount: '2.00' });
    expect(again.data.refundPayment.id).toBe(first.data.refundPayment.id);
    const before = await fixture.snapshot();
    const { data } = await refund({ ...input, amount: '3' });
    expect(data.refundPayment).toMatchObject({ __typename: 'IdempotencyConflictProblem' });
    expect(await fixture.snapshot()).toBe(before);
    // Also when nothing is left that could be refused for another reason.
    await refund();
    expect((await refund(input)).data.refundPayment.id).toBe(first.data.refundPayment.id);
  });

  it('keeps a refused refund as FAILED, which counts no more', async () => {
    const { data } = await refund({ reason: 'test:decline' });
    expect(data.refundPayment).toMatchObject({
      status: 'FAILED',
      failureReason: 'insufficient funds',
      payment: { status: 'COMPLETED' },
    });
    expect((await refund()).data.refundPayment).toMatchObject({
      status: 'COMPLETED',
      amount: { amount: '10.00' },
    });
  });

  it('stays PENDING when the answer is lost, counts, and is settled by the worker once', async () => {
    const { data } = await refund({ amount: '6', reason: 'test:timeout' });
    expect(data.refundPayment).toMatchObject({ status: 'PENDING', payment: { status: 'COMPLETED' } });
    expect((await refund({ amount: '5' })).data.refundPayment.remaining.amount).toBe('4.00');
    await fixture.database.query(`UPDATE refunds SET process_after = 'epoch' WHERE payment_id = $1`, [
      paymentId,
    ]);
    const replica = openReplica(fixture);
    await Promise.all([doRound(replica.context), doRound(replica.context)]);
    await replica.stop();
    const refunds = await fixture.database.query('SELECT status FROM refunds WHERE payment_id = $1', [
      paymentId,
    ]);
    expect(refunds).toEqual([{ status: 'COMPLETED' }]);
    const entries = await fixture.database.query('SELECT id FROM ledger_entries WHERE payment_id = $1', [
      paymentId,
    ]);
    expect(entries).toHaveLength(4);
  });

  it('never pays back more than was paid when many ask at once', async () => {
    const answers = await fixture.collide(paymentId, 8, () => refund({ amount: '3' }));
    const names = answers.map(({ data }) => data.refundPayment.__typename);
    expect(names.filter((name) => name === 'Refund')).toHaveLength(3);
    expect(names.filter((name) => name === 'RefundExceedsProblem')).toHaveLength(5);
    const [sum] = await fixture.database.query('SELECT sum(amount) FROM refunds WHERE payment_id = $1', [
      paymentId,
    ]);
    expect(sum).toEqual({ sum: '9.0000' });
  });

  it('makes one refund of many requests with the same key at once', async () => {
    const input = { amount: '3', idempotencyKey: randomUUID() };
    const answers = await fixture.collide(paymentId, 6, () => refund(input));
    expect(new Set(answers.map(({ data }) => data.refundPayment.id)).size).toBe(1);
    const refunds = await fixture.database.query('SELECT id FROM refunds WHERE payment_id = $1', [paymentId]);
    expect(refunds).toHaveLength(1);
  });
});

describe('Refund.__resolveReference', () => {
  it('answers 100 mixed representations in order with one statement, to who may see them', async () => {
    const { data: made } = await refund({ amount: '1' });
    const known = made.refundPayment.id as string;
    const representations = Array.from({ length: 100 }, (_, index) => ({
      __typename: 'Refund',
      id: [known, randomUUID(), 'malformed', known.toUpperCase()][index % 4],
    }));
    const selection = '... on Refund { id status amount { amount } }';
    const { data, sqlStatements } = await fixture.client.entities(representations, selection, payer.token);
    expect(sqlStatements).toBe(1);
    const one = { __typename: 'Refund', id: known, status: 'COMPLETED', amount: { amount: '1.00' } };
    expect(data._entities).toEqual(Array.from({ length: 25 }, () => [one, null, null, one]).flat());
    const stranger = await fixture.person();
    for (const token of [stranger.token, undefined]) {
      const hidden = await fixture.client.entities(representations.slice(0, 1), selection, token);
      expect(hidden.data._entities).toEqual([null]);
    }
  });
});

describe('Payment.refunds', () => {
  it('costs one statement for a whole page', async () => {
    await refund({ amount: '1' });
    const { data, sqlStatements } = await fixture.client.query(
      '{ payments(first: 50) { edges { node { id refunds { amount { amount } payment { id } } } } } }',
      { token: payer.token },
    );
    expect(data.payments.edges[0].node).toEqual({
      id: paymentId,
      refunds: [{ amount: { amount: '1.00' }, payment: { id: paymentId } }],
    });
    // The page, the refunds, and their payments.
    expect(sqlStatements).toBe(3);
  });
});
