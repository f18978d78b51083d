import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPaymentsFixture, type PaymentsFixture, type Person } from './test-support/payments-fixture.js';

const CREATE = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) {
    __typename
    ... on Problem { code message }
    ... on InvalidInputProblem { fields { path message } }
    ... on Payment {
      id user { id } recipient { id } amount { amount currency } status type description metadata scheduledFor
      createdAt updatedAt completedAt failureReason version transitions { from to reason occurredAt }
    }
  }
}`;

let fixture: PaymentsFixture;
let payer: Person;
let recipient: Person;

beforeAll(async () => {
  fixture = await startPaymentsFixture();
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  [payer, recipient] = await Promise.all([fixture.person(), fixture.person()]);
});

type Input = Record<string, unknown>;
const valid = (changes: Input = {}): Input => ({
  amount: { amount: '12.5', currency: 'EUR' },
  idempotencyKey: randomUUID(),
  recipientId: recipient.id,
  ...changes,
});
const create = (input: Input, token: string | undefined = payer.token) =>
  fixture.client.query(CREATE, { variables: { input }, token });
const paymentsOf = (userId: string) =>
  fixture.database.query('SELECT * FROM payments WHERE user_id = $1', [userId]);

describe('Mutation.createPayment', () => {
  it('makes a payment with its first transition and its key', async () => {
    const input = valid({ description: ' rent ', metadata: { order: 7, nested: { yes: [true, null] } } });
    const { data, errors, sqlStatements } = await create(input);
    expect(errors).toBeUndefined();
    expect(data.createPayment).toMatchObject({
      __typename: 'Payment',
      user: { id: payer.id },
      recipient: { id: recipient.id },
      amount: { amount: '12.50', currency: 'EUR' },
      status: 'PENDING',
      type: 'INSTANT',
      description: 'rent',
      metadata: { order: 7, nested: { yes: [true, null] } },
      scheduledFor: null,
      completedAt: null,
      version: 1,
      transitions: [{ from: null, to: 'PENDING', reason: null, occurredAt: data.createPayment.createdAt }],
    });
    const { id } = data.createPayment;
    expect(await paymentsOf(payer.id)).toMatchObject([
      { id, amount: '12.5000', idempotency_key: input['idempotencyKey'] },
    ]);
    const keys = await fixture.database.query('SELECT * FROM idempotency_keys WHERE payment_id = $1', [id]);
    expect(keys).toMatchObject([{ user_id: payer.id, key: input['idempotencyKey'] }]);
    // The key looked for, both parties looked for and kept, nobody erased, three rows and the event written, perhaps a
    // hint of it, the transitions read for the answer.
    expect(sqlStatements).toBeLessThanOrEqual(10);
  });

  it.each([
    ['1', 'JPY', '1'],
    ['0.001', 'KWD', '0.001'],
    ['0007.1', 'KWD', '7.100'],
    ['10000000', 'EUR', '10000000.00'],
  ])('writes %s %s with the decimals of the currency', async (amount, currency, written) => {
    const { data } = await create(valid({ amount: { amount, currency } }));
    expect(data.createPayment.amount).toEqual({ amount: written, currency });
  });

  it('pays the house when there is no recipient, and schedules', async () => {
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const { data } = await create(valid({ recipientId: null, type: 'SCHEDULED', scheduledFor }));
    expect(data.createPayment).toMatchObject({ recipient: null, type: 'SCHEDULED', scheduledFor });
  });

  it.each<[string, Input, string]>([
    [
      'more decimals than the currency has',
      { amount: { amount: '1.001', currency: 'EUR' } },
      'amount.amount',
    ],
    ['a fraction of a yen', { amount: { amount: '1.5', currency: 'JPY' } }, 'amount.amount'],
    ['nothing', { amount: { amount: '0.00', currency: 'EUR' } }, 'amount.amount'],
    ['less than nothing', { amount: { amount: '-1', currency: 'EUR' } }, 'amount.amount'],
    ['more than ten million', { amount: { amount: '10000000.01', currency: 'EUR' } }, 'amount.amount'],
    ['a currency that does not exist', { amount: { amount: '1', currency: 'QQQ' } }, 'amount.currency'],
    ['an empty key', { idempotencyKey: '  ' }, 'idempotencyKey'],
    ['a key of 201 characters', { idempotencyKey: 'k'.repeat(201) }, 'idempotencyKey'],
    ['a malformed recipient', { recipientId: 'nobody' }, 'recipientId'],
    ['a description of 501 characters', { description: 'd'.repeat(501) }, 'description'],
    ['a NUL in the description', { description: 'a\0b' }, 'description'],
    ['metadata that is a list', { metadata: [1] }, 'metadata'],
    ['metadata of 4,001 characters', { metadata: { a: 'x'.repeat(3_993) } }, 'metadata'],
    ['metadata with a NUL', { metadata: { a: ['\0'] } }, 'metadata'],
    ['metadata with half a surrogate in a key', { metadata: { '\ud800': 1 } }, 'metadata'],
    [
      'metadata with a member __proto__',
      { metadata: JSON.parse('{"a": {"__proto__": {}}}') as unknown },
      'metadata',
    ],
    ['SCHEDULED without a time', { type: 'SCHEDULED' }, 'scheduledFor'],
    ['a time without SCHEDULED', { scheduledFor: '2999-01-01T00:00:00Z' }, 'scheduledFor'],
    ['a time in the past', { type: 'SCHEDULED', scheduledFor: '2020-01-01T00:00:00Z' }, 'scheduledFor'],
  ])('refuses %s and writes nothing', async (_what, changes, path) => {
    const before = await fixture.snapshot();
    const { data, errors } = await create(valid(changes));
    expect(errors).toBeUndefined();
    expect(data.createPayment).toMatchObject({ __typename: 'InvalidInputProblem', code: 'INVALID_INPUT' });
    expect(data.createPayment.fields.map((field: { path: string }) => field.path)).toEqual([path]);
    expect(await fixture.snapshot()).toBe(before);
  });

  it('does nothing for a caller who has stopped waiting', async () => {
    const before = await fixture.snapshot();
    const response = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${payer.token}`,
        'x-supergraph-caller': 'router',
        'x-supergraph-secret': fixture.secret,
        'x-supergraph-timeout-milliseconds': '0',
      },
      body: JSON.stringify({ query: CREATE, variables: { input: valid() } }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }] });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('refuses metadata that is nested beyond reason', async () => {
    const depth = 200_000;
    const metadata = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const variables = JSON.stringify({ input: valid() }).replace(/}}$/, `,"metadata":${metadata}}}`);
    const response = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${payer.token}`,
        'x-supergraph-caller': 'router',
        'x-supergraph-secret': fixture.secret,
      },
      body: `{"query":${JSON.stringify(CREATE)},"variables":${variables}}`,
    });
    expect(await response.json()).toMatchObject({
      data: { createPayment: { code: 'INVALID_INPUT', fields: [{ path: 'metadata' }] } },
    });
  });

  it('names every field that breaks a rule', async () => {
    const { data } = await create(
      valid({ amount: { amount: '0', currency: 'EUR' }, idempotencyKey: '', description: '' }),
    );
    const paths = data.createPayment.fields.map((field: { path: string }) => field.path);
    expect(paths.sort()).toEqual(['amount.amount', 'description', 'idempotencyKey']);
  });

  it('refuses to pay oneself', async () => {
    const { data } = await create(valid({ recipientId: payer.id.toUpperCase() }));
    expect(data.createPayment).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: 'recipientId' }] });
    expect(await paymentsOf(payer.id)).toEqual([]);
  });

  it('refuses whoever is not signed in', async () => {
    const before = await fixture.snapshot();
    const { data, errors } = await fixture.client.query(CREATE, { variables: { input: valid() } });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await fixture.snapshot()).toBe(before);
  });

  it.each(['SUSPENDED', 'ERASED'] as const)('refuses a payer who is %s', async (status) => {
    const refused = await fixture.person({ status });
    const { data } = await create(valid(), refused.token);
    expect(data.createPayment).toMatchObject({ __typename: 'PartyRefusedProblem', code: 'PAYER_REFUSED' });
    expect(await paymentsOf(refused.id)).toEqual([]);
  });

  it('refuses a recipient who is suspended or unknown', async () => {
    const suspended = await fixture.person({ status: 'SUSPENDED' });
    for (const recipientId of [suspended.id, randomUUID()]) {
      const { data } = await create(valid({ recipientId }));
      expect(data.createPayment).toMatchObject({
        __typename: 'PartyRefusedProblem',
        code: 'RECIPIENT_REFUSED',
      });
    }
    expect(await paymentsOf(payer.id)).toEqual([]);
  });

  it('asks auth once about both parties', async () => {
    fixture.auth.questions.length = 0;
    await create(valid());
    expect(fixture.auth.questions).toEqual([2]);
  });

  it('gives the same payment to 20 requests with one key at once', async () => {
    const input = valid();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(input)));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(new Set(answers.map(({ data }) => data.createPayment.id)).size).toBe(1);
    expect(await paymentsOf(payer.id)).toHaveLength(1);
    const [counts] = await fixture.database.query(
      `SELECT (SELECT count(*) FROM payment_transitions t JOIN payments p ON p.id = t.payment_id WHERE p.user_id = $1) AS transitions,
              (SELECT count(*) FROM idempotency_keys WHERE user_id = $1) AS keys`,
      [payer.id],
    );
    expect(counts).toEqual({ transitions: '1', keys: '1' });
  });

  it('gives one payment and conflicts to different requests with one key at once', async () => {
    const inputs = Array.from({ length: 10 }, (_, index) =>
      valid({ idempotencyKey: 'one', description: `n ${index}` }),
    );
    const answers = await Promise.all(inputs.map((input) => create(input)));
    const names = answers.map(({ data }) => data.createPayment.__typename as string).sort();
    expect(names).toEqual([...Array<string>(9).fill('IdempotencyConflictProblem'), 'Payment']);
    expect(await paymentsOf(payer.id)).toHaveLength(1);
  });

  it('takes a request that means the same for the same', async () => {
    const input = valid({ metadata: { a: 1, b: { c: 2, d: 3 } } });
    const same = {
      ...input,
      amount: { amount: '012.50', currency: 'EUR' },
      recipientId: recipient.id.toUpperCase(),
      metadata: { b: { d: 3, c: 2 }, a: 1 },
      description: null,
    };
    const [first, second] = [await create(input), await create(same)];
    expect(second.data.createPayment.id).toBe(first.data.createPayment.id);
  });

  it.each<[string, Input]>([
    ['amount', { amount: { amount: '12.51', currency: 'EUR' } }],
    ['currency', { amount: { amount: '12.5', currency: 'USD' } }],
    ['recipient', { recipientId: null }],
    ['type', { type: 'RECURRING' }],
    ['description', { description: 'other' }],
    ['metadata', { metadata: {} }],
  ])('answers the same key with another %s by a conflict', async (_what, changes) => {
    const input = valid();
    await create(input);
    const before = await fixture.snapshot();
    const { data } = await create({ ...input, ...changes });
    expect(data.createPayment).toMatchObject({
      __typename: 'IdempotencyConflictProblem',
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await fixture.snapshot()).toBe(before);
  });

  it('keeps the keys of payers apart', async () => {
    const other = await fixture.person();
    const input = valid({ idempotencyKey: 'shared' });
    const [first, second] = [await create(input), await create(input, other.token)];
    expect(second.data.createPayment).toMatchObject({ __typename: 'Payment', user: { id: other.id } });
    expect(second.data.createPayment.id).not.toBe(first.data.createPayment.id);
  });

  it('answers a replay of a scheduled payment after its time', async () => {
    const scheduledFor = new Date(Date.now() + 300).toISOString();
    const input = valid({ type: 'SCHEDULED', scheduledFor });
    const first = await create(input);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await create(input)).data.createPayment).toEqual(first.data.createPayment);
    expect((await create({ ...input, idempotencyKey: 'new' })).data.createPayment.code).toBe('INVALID_INPUT');
  });

  describe('while auth is away', () => {
    let replayed: Input;
    beforeEach(async () => {
      replayed = valid();
      await create(replayed);
      await fixture.auth.stop();
    });
    afterEach(() => fixture.auth.start());

    it('lets those pay whom payments knows', async () => {
      expect((await create(valid())).data.createPayment.__typename).toBe('Payment');
    });

    it('makes nothing where somebody is not known, and answers a replay', async () => {
      const before = await fixture.snapshot();
      const { data, errors } = await create(valid({ recipientId: (await fixture.person()).id }));
      expect(errors).toBeUndefined();
      expect(data.createPayment).toMatchObject({ code: 'PAYER_CHECK_UNAVAILABLE' });
      expect((await create(replayed)).data.createPayment.__typename).toBe('Payment');
      expect(await fixture.snapshot()).toBe(before);
    });
  });

  it('pays again once auth is back', async () => {
    await fixture.auth.stop();
    const input = valid({ recipientId: (await fixture.person()).id });
    expect((await create(input)).data.createPayment.code).toBe('PAYER_CHECK_UNAVAILABLE');
    await fixture.auth.start();
    expect((await create(input)).data.createPayment.__typename).toBe('Payment');
  });
});
