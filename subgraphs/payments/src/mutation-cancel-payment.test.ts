import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TRANSITIONS } from './domain/transitions.js';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';

const CANCEL = `mutation ($input: CancelPaymentInput!) {
  cancelPayment(input: $input) {
    __typename
    ... on Problem { code message }
    ... on IllegalTransitionProblem { from to }
    ... on Payment { id status version completedAt transitions { from to reason } }
  }
}`;

let fixture: PaymentsFixture;
let payer: Person;
let recipient: Person;
let paymentId: string;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  [payer, recipient] = await Promise.all([fixture.person(), fixture.person()]);
  [paymentId] = (await insertPayments(fixture.database, [{ payer: payer.id, recipient: recipient.id }])) as [
    string,
  ];
});

const cancel = (input: Record<string, unknown>, token: string | undefined = payer.token) =>
  fixture.client.query(CANCEL, { variables: { input }, token });

/** Waits until so many sessions are where `condition` says. */
async function untilSessions(
  condition: string,
  count: number,
): Promise<ReadonlyArray<{ readonly pid: number }>> {
  for (;;) {
    const sessions = await fixture.database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE ${condition}`,
    );
    if (sessions.length >= count) {
      return sessions;
    }
  }
}

describe('Mutation.cancelPayment', () => {
  it('calls off a PENDING payment of the payer, with the reason', async () => {
    const { data, sqlStatements } = await cancel({
      paymentId: paymentId.toUpperCase(),
      reason: ' changed my mind ',
    });
    expect(data.cancelPayment).toEqual({
      __typename: 'Payment',
      id: paymentId,
      status: 'CANCELLED',
      version: 2,
      completedAt: null,
      transitions: [{ from: 'PENDING', to: 'CANCELLED', reason: 'changed my mind' }],
    });
    // The row locked, changed, its transition written, the event, perhaps a hint of it, the transitions read.
    expect(sqlStatements).toBeLessThanOrEqual(6);
  });

  it('lets an ADMIN call off everybody’s', async () => {
    const admin = await fixture.person({ role: 'ADMIN' });
    const { data } = await cancel({ paymentId }, admin.token);
    expect(data.cancelPayment).toMatchObject({ status: 'CANCELLED' });
  });

  it('does not tell a stranger or the recipient from somebody with a wrong id', async () => {
    const stranger = await fixture.person();
    const before = await fixture.snapshot();
    const answers = [
      await cancel({ paymentId }, stranger.token),
      await cancel({ paymentId }, recipient.token),
      await cancel({ paymentId: randomUUID() }),
    ].map(({ data }) => data.cancelPayment);
    expect(answers[0]).toMatchObject({ __typename: 'PaymentNotFoundProblem', code: 'PAYMENT_NOT_FOUND' });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses a malformed id and changes nothing', async () => {
    const before = await fixture.snapshot();
    const { data, errors } = await cancel({ paymentId: "1' OR '1'='1" });
    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_ID']);
    expect(await fixture.snapshot()).toBe(before);
  });

  it.each<[string, string]>([
    ['a reason of 501 characters', 'r'.repeat(501)],
    ['a NUL in the reason', 'a\0'],
  ])('refuses %s as a typed result and changes nothing', async (_what, reason) => {
    const before = await fixture.snapshot();
    const { data, errors } = await cancel({ paymentId, reason });
    expect(errors).toBeUndefined();
    expect(data.cancelPayment).toMatchObject({ __typename: 'InvalidInputProblem', code: 'INVALID_INPUT' });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses whoever is not signed in', async () => {
    const { errors } = await fixture.client.query(CANCEL, { variables: { input: { paymentId } } });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it.each(Object.keys(TRANSITIONS).filter((status) => status !== 'PENDING'))(
    'refuses one that is %s',
    async (status) => {
      const [id] = await insertPayments(fixture.database, [{ payer: payer.id, status }]);
      const before = await fixture.snapshot();
      const { data } = await cancel({ paymentId: id });
      expect(data.cancelPayment).toMatchObject({
        __typename: 'IllegalTransitionProblem',
        code: 'ILLEGAL_TRANSITION',
        from: status,
        to: 'CANCELLED',
      });
      expect(await fixture.snapshot()).toBe(before);
    },
  );

  it('lets one of many at once win', async () => {
    // Held until all of them wait: without the row's lock every one would have read PENDING by then.
    const holding = fixture.database.query(
      'WITH held AS (SELECT id FROM payments WHERE id = $1 FOR UPDATE) SELECT pg_sleep(30)::text FROM held',
      [paymentId],
    );
    const released = expect(holding).rejects.toThrow(/canceling statement/);
    const [holder] = await untilSessions(`wait_event = 'PgSleep'`, 1);
    const asking = Promise.all(Array.from({ length: 6 }, () => cancel({ paymentId })));
    await untilSessions(`wait_event_type = 'Lock'`, 6);
    await fixture.database.query('SELECT pg_cancel_backend($1)', [holder?.pid]);
    await released;
    const answers = await asking;
    const results = answers.map(({ data }) => data.cancelPayment);
    expect(results.filter((result) => result.__typename === 'Payment')).toHaveLength(1);
    expect(results.filter(({ from, to }) => from === 'CANCELLED' && to === 'CANCELLED')).toHaveLength(5);
    const transitions = await fixture.database.query(
      'SELECT * FROM payment_transitions WHERE payment_id = $1',
      [paymentId],
    );
    expect(transitions).toHaveLength(1);
  });

  it('works while auth is away', async () => {
    await fixture.auth.stop();
    try {
      expect((await cancel({ paymentId })).data.cancelPayment.status).toBe('CANCELLED');
    } finally {
      await fixture.auth.start();
    }
  });
});
