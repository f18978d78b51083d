import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';
import { openReplica } from './test-support/processing.js';
import {
  CREATE_RECURRING,
  letPass,
  makeRecurring,
  readRecurring,
  recurringInput,
} from './test-support/recurring.js';
import { doRound } from './worker/round.js';

const CANCEL = `mutation ($input: CancelRecurringPaymentInput!) {
  cancelRecurringPayment(input: $input) {
    __typename
    ... on Problem { code }
    ... on RecurringPaymentEndedProblem { reason }
    ... on RecurringPayment { id status statusReason cancelReason nextDueAt endedAt version }
  }
}`;
const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $statuses: [RecurringPaymentStatus!]) {
  recurringPayments(first: $first, after: $after, last: $last, before: $before, statuses: $statuses) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const SOON = new Date(Date.now() + 3_600_000).toISOString();

let fixture: PaymentsFixture;
let payer: Person;
let recipient: Person;
let admin: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture({ PAYMENTS_PROCESSING_DELAY_MILLISECONDS: '0' });
  admin = await fixture.person({ role: 'ADMIN' });
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  [payer, recipient] = await Promise.all([fixture.person(), fixture.person()]);
});

const create = (input: object, token: string | undefined = payer.token) =>
  fixture.client.query(CREATE_RECURRING, { variables: { input }, token });
const cancel = (input: object, token: string | undefined = payer.token) =>
  fixture.client.query(CANCEL, { variables: { input }, token });
const rowsOf = (userId: string) =>
  fixture.database.query('SELECT * FROM recurring_payments WHERE user_id = $1', [userId]);

describe('Mutation.createRecurringPayment', () => {
  it('makes one whose first date is to come, and no payment yet', async () => {
    const input = recurringInput(
      { recipientId: recipient.id.toUpperCase(), description: ' rent ', metadata: { flat: 7 } },
      { firstDueAt: SOON, occurrences: 12 },
    );
    const { data, errors } = await create(input);
    expect(errors).toBeUndefined();
    expect(data.createRecurringPayment).toMatchObject({
      __typename: 'RecurringPayment',
      user: { id: payer.id },
      recipient: { id: recipient.id },
      amount: { amount: '12.50', currency: 'EUR' },
      description: 'rent',
      metadata: { flat: 7 },
      recurrence: { unit: 'MONTH', every: 1, firstDueAt: SOON, occurrences: 12, endsAt: null },
      status: 'ACTIVE',
      statusReason: null,
      nextDueAt: SOON,
      madeCount: 0,
      missedCount: 0,
      endedAt: null,
      version: 1,
      payments: { edges: [] },
    });
    const { row, told } = await readRecurring(fixture, data.createRecurringPayment.id);
    expect((row['process_after'] as Date).toISOString()).toBe(SOON);
    expect(told).toEqual(['created']);
  });

  it('begins at once when it has no first date', async () => {
    const { data } = await create(recurringInput());
    const { nextDueAt, createdAt } = data.createRecurringPayment;
    expect(Date.parse(nextDueAt)).toBeLessThanOrEqual(Date.parse(createdAt));
  });

  it.each<[string, object, object, string]>([
    ['an interval of zero', {}, { every: 0 }, 'recurrence.every'],
    ['an interval of 367', {}, { every: 367 }, 'recurrence.every'],
    ['a negative interval', {}, { every: -1 }, 'recurrence.every'],
    ['no occurrence', {}, { occurrences: 0 }, 'recurrence.occurrences'],
    ['10,001 occurrences', {}, { occurrences: 10_001 }, 'recurrence.occurrences'],
    [
      'an end before the start',
      {},
      { firstDueAt: SOON, endsAt: new Date(Date.parse(SOON) - 1).toISOString() },
      'recurrence.endsAt',
    ],
    ['an end in the past', {}, { endsAt: '2020-01-01T00:00:00Z' }, 'recurrence.endsAt'],
    ['an end and a number', {}, { endsAt: '2999-01-01T00:00:00Z', occurrences: 2 }, 'recurrence.endsAt'],
    ['a start in the past', {}, { firstDueAt: '2020-01-01T00:00:00Z' }, 'recurrence.firstDueAt'],
    ['a start in a hundred years', {}, { firstDueAt: '2126-01-01T00:00:00Z' }, 'recurrence.firstDueAt'],
    ['an amount of nothing', { amount: { amount: '0', currency: 'EUR' } }, {}, 'amount.amount'],
    ['a currency that does not exist', { amount: { amount: '1', currency: 'QQQ' } }, {}, 'amount.currency'],
    ['a description of 501 characters', { description: 'd'.repeat(501) }, {}, 'description'],
    ['metadata that is a list', { metadata: [1] }, {}, 'metadata'],
    ['an empty key', { idempotencyKey: ' ' }, {}, 'idempotencyKey'],
    ['a malformed recipient', { recipientId: 'nobody' }, {}, 'recipientId'],
  ])('refuses %s as a typed result and changes nothing', async (_what, changes, recurrence, path) => {
    const before = await fixture.snapshot();
    const { data, errors } = await create(recurringInput({ ...changes }, { ...recurrence }));
    expect(errors).toBeUndefined();
    expect(data.createRecurringPayment).toMatchObject({
      __typename: 'InvalidInputProblem',
      fields: [{ path }],
    });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('takes the most that it may', async () => {
    const { data } = await create(recurringInput({}, { every: 366, unit: 'YEAR', occurrences: 10_000 }));
    expect(data.createRecurringPayment.status).toBe('ACTIVE');
  });

  it('refuses who may not pay or be paid, oneself, and whoever is not signed in', async () => {
    const [suspended, erased] = await Promise.all([
      fixture.person({ status: 'SUSPENDED' }),
      fixture.person({ status: 'ERASED' }),
    ]);
    const before = await fixture.snapshot();
    const codes = await Promise.all([
      create(recurringInput(), suspended.token),
      create(recurringInput(), erased.token),
      create(recurringInput({ recipientId: randomUUID() })),
      create(recurringInput({ recipientId: payer.id })),
    ]);
    expect(codes.map(({ data }) => data.createRecurringPayment.code)).toEqual([
      'PAYER_REFUSED',
      'PAYER_REFUSED',
      'RECIPIENT_REFUSED',
      'INVALID_INPUT',
    ]);
    const { errors } = await fixture.client.query(CREATE_RECURRING, {
      variables: { input: recurringInput() },
    });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await fixture.snapshot()).toBe(before);
  });

  it('makes nothing when auth cannot be asked', async () => {
    await fixture.auth.stop();
    try {
      const { data } = await create(recurringInput());
      expect(data.createRecurringPayment.code).toBe('PAYER_CHECK_UNAVAILABLE');
    } finally {
      await fixture.auth.start();
    }
    expect(await rowsOf(payer.id)).toEqual([]);
  });

  it('gives the same one to twenty requests with one key at once', async () => {
    const input = recurringInput();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(input)));
    expect(new Set(answers.map(({ data }) => data.createRecurringPayment.id)).size).toBe(1);
    expect(await rowsOf(payer.id)).toHaveLength(1);
  });

  it.each<[string, object, object]>([
    ['amount', { amount: { amount: '1', currency: 'EUR' } }, {}],
    ['unit', {}, { unit: 'YEAR' }],
    ['interval', {}, { every: 2 }],
    ['first date', {}, { firstDueAt: SOON }],
    ['number', {}, { occurrences: 2 }],
    ['end', {}, { endsAt: '2999-01-01T00:00:00Z' }],
  ])('answers the same key with another %s by a conflict', async (_what, changes, recurrence) => {
    const idempotencyKey = randomUUID();
    await create(recurringInput({ idempotencyKey }));
    const { data } = await create(recurringInput({ idempotencyKey, ...changes }, { ...recurrence }));
    expect(data.createRecurringPayment.code).toBe('IDEMPOTENCY_CONFLICT');
    expect(await rowsOf(payer.id)).toHaveLength(1);
  });
});

describe('Mutation.cancelRecurringPayment', () => {
  it('is for its payer and ADMIN, and gives it as it is when it was done before', async () => {
    for (const { token } of [payer, admin]) {
      const id = await makeRecurring(fixture, payer, {}, { firstDueAt: SOON });
      const first = await cancel({ recurringPaymentId: id, reason: ' moved out ' }, token);
      expect(first.data.cancelRecurringPayment).toMatchObject({
        id,
        status: 'CANCELLED',
        statusReason: null,
        cancelReason: 'moved out',
        nextDueAt: null,
        version: 2,
      });
      const before = await fixture.snapshot();
      const again = await cancel({ recurringPaymentId: id, reason: 'another' }, token);
      expect(again.data).toEqual(first.data);
      expect(await fixture.snapshot()).toBe(before);
      expect((await readRecurring(fixture, id)).told).toEqual(['created', 'cancelled']);
    }
  });

  it('does not tell a stranger or the recipient from somebody with a wrong id', async () => {
    const stranger = await fixture.person();
    const id = await makeRecurring(fixture, payer, { recipientId: recipient.id }, { firstDueAt: SOON });
    const before = await fixture.snapshot();
    for (const [asked, { token }] of [
      [id, stranger],
      [id, recipient],
      [randomUUID(), payer],
    ] as const) {
      const { data } = await cancel({ recurringPaymentId: asked }, token);
      expect(data.cancelRecurringPayment).toEqual({
        __typename: 'RecurringPaymentNotFoundProblem',
        code: 'RECURRING_PAYMENT_NOT_FOUND',
      });
    }
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses a malformed id, too long a reason, and what has ended', async () => {
    const malformed = await cancel({ recurringPaymentId: 'nothing' });
    expect(malformed.errors?.[0]?.extensions.code).toBe('INVALID_ID');
    const id = await makeRecurring(fixture, payer, {}, { occurrences: 1 });
    const long = await cancel({ recurringPaymentId: id, reason: 'r'.repeat(501) });
    expect(long.data.cancelRecurringPayment.code).toBe('INVALID_INPUT');
    const replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
    while ((await doRound(replica.context)) > 0);
    await replica.stop();
    const before = await fixture.snapshot();
    expect((await cancel({ recurringPaymentId: id })).data.cancelRecurringPayment).toEqual({
      __typename: 'RecurringPaymentEndedProblem',
      code: 'RECURRING_PAYMENT_ENDED',
      reason: 'ALL_MADE',
    });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('is told once when six do it at the same moment', async () => {
    const id = await makeRecurring(fixture, payer, {}, { firstDueAt: SOON });
    const answers = await fixture.collide(
      id,
      6,
      () => cancel({ recurringPaymentId: id }),
      'recurring_payments',
    );
    expect(new Set(answers.map(({ data }) => data.cancelRecurringPayment.status))).toEqual(
      new Set(['CANCELLED']),
    );
    expect((await readRecurring(fixture, id)).told).toEqual(['created', 'cancelled']);
  });

  it('lets no payment be made any more', async () => {
    const id = await makeRecurring(fixture, payer, {}, { firstDueAt: SOON });
    await letPass(fixture, id, null);
    await cancel({ recurringPaymentId: id });
    const replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
    while ((await doRound(replica.context)) > 0);
    await replica.stop();
    expect((await readRecurring(fixture, id)).payments).toEqual([]);
  });
});

describe('lists of recurring payments', () => {
  it('give what one sends or receives, page by page, in one statement each', async () => {
    const own: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const [from, to] = index % 2 === 0 ? [payer, recipient] : [recipient, payer];
      own.unshift(await makeRecurring(fixture, from, { recipientId: to.id }, { firstDueAt: SOON }));
    }
    await makeRecurring(fixture, recipient);
    await cancel({ recurringPaymentId: own[0] }, payer.token);
    const list = async (variables: object, token = payer.token) => {
      const answer = await fixture.client.query(LIST, { variables: { ...variables }, token });
      expect(answer.sqlStatements).toBe(1);
      const { edges, pageInfo } = answer.data.recurringPayments;
      return { ids: edges.map((edge: { node: { id: string } }) => edge.node.id) as string[], pageInfo };
    };
    expect((await list({ first: 100 })).ids).toEqual(own);
    for (const size of [1, 3]) {
      const forward: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const { ids, pageInfo } = await list({ first: size, after });
        forward.push(...ids);
        ({ endCursor: after, hasNextPage: more } = pageInfo);
      }
      expect(forward).toEqual(own);
      const backward: string[] = [];
      for (let before: string | null = null, more = true; more;) {
        const { ids, pageInfo } = await list({ last: size, before });
        backward.unshift(...ids);
        ({ startCursor: before, hasPreviousPage: more } = pageInfo);
      }
      expect(backward).toEqual(own);
    }
    expect((await list({ statuses: ['CANCELLED'] })).ids).toEqual([own[0]]);
    expect((await list({ statuses: ['ACTIVE'] })).ids).toEqual(own.slice(1));
    expect((await list({ first: 100 }, admin.token)).ids).toEqual(expect.arrayContaining(own));
    const stranger = await fixture.person();
    expect((await list({ first: 100 }, stranger.token)).ids).toEqual([]);
  });

  it('refuse a cursor of another list', async () => {
    const { errors } = await fixture.client.query(LIST, { variables: { after: 'x' }, token: payer.token });
    expect(errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });

  it('show the payments of 100 of them in one statement, and which payment is of which', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      ids.push(await makeRecurring(fixture, payer, {}, { unit: 'DAY' }));
    }
    const replica = openReplica(fixture, { leaseMilliseconds: 60_000 });
    while ((await doRound(replica.context)) > 0);
    for (const id of ids) {
      await letPass(fixture, id, null);
    }
    while ((await doRound(replica.context)) > 0);
    await replica.stop();
    const references = Array.from({ length: 100 }, (_, index) => ({
      __typename: 'RecurringPayment',
      id: ids[index % ids.length] as string,
    }));
    const { data, sqlStatements } = await fixture.client.entities(
      references,
      '... on RecurringPayment { id payments(first: 5) { edges { node { id occurrence recurringPayment { id } } } } }',
      payer.token,
    );
    // Those asked for, their payments, and the recurring payments of these, which are the same and cost nothing.
    expect(sqlStatements).toBe(2);
    for (const [index, entity] of data?._entities.entries() ?? []) {
      const { id } = references[index] as { id: string };
      const nodes = entity.payments.edges.map((edge: { node: unknown }) => edge.node);
      expect(nodes).toMatchObject([
        { occurrence: 2, recurringPayment: { id } },
        { occurrence: 1, recurringPayment: { id } },
      ]);
    }
  });

  it('give an unknown, malformed or foreign reference as null', async () => {
    const id = await makeRecurring(fixture, recipient);
    const { data } = await fixture.client.entities(
      [id, randomUUID(), 'nothing'].map((reference) => ({ __typename: 'RecurringPayment', id: reference })),
      '... on RecurringPayment { status }',
      payer.token,
    );
    expect(data?._entities).toEqual([null, null, null]);
  });
});
