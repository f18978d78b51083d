import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';

const ARGUMENTS = '$first: Int, $after: String, $last: Int, $before: String, $filter: PaymentFilter';
const PASSED = 'first: $first, after: $after, last: $last, before: $before, filter: $filter';
const CONNECTION =
  'edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const LIST = `query (${ARGUMENTS}) { payments(${PASSED}) { ${CONNECTION} } }`;
const ONE =
  'query ($id: ID!) { payment(id: $id) { id user { id } recipient { id } amount { amount currency } } }';

let fixture: PaymentsFixture;
let owner: Person;
let stranger: Person;
let admin: Person;
let sent: string;
let received: string;
/** Ids of all of the owner's payments, the newest first. */
let own: string[];

beforeAll(async () => {
  fixture = await startPaymentsFixture();
  [owner, stranger, admin] = await Promise.all([
    fixture.person(),
    fixture.person(),
    fixture.person({ role: 'ADMIN' }),
  ]);
  const other = randomUUID();
  const start = Date.parse('2026-01-01T00:00:00Z');
  const rows = Array.from({ length: 47 }, (_, index) => ({
    payer: index % 3 === 0 ? owner.id : other,
    recipient: index % 3 === 0 ? (index % 2 === 0 ? other : null) : owner.id,
    status: ['PENDING', 'COMPLETED', 'FAILED'][index % 3] as string,
    type: index % 5 === 0 ? 'RECURRING' : 'INSTANT',
    currency: index % 4 === 0 ? 'JPY' : 'EUR',
    amount: '7',
    // Four of one moment each, so that the id must decide.
    createdAt: new Date(start + Math.floor(index / 4) * 1_000),
  }));
  const ids = await insertPayments(fixture.database, rows);
  [sent, received] = [ids[0] as string, ids[1] as string];
  await insertPayments(fixture.database, [
    { payer: other, recipient: stranger.id },
    { payer: owner.id, recipient: owner.id, createdAt: new Date(start - 1) },
  ]);
  own = (
    await fixture.database.query<{ id: string }>(
      'SELECT id FROM payments WHERE user_id = $1 OR recipient_id = $1 ORDER BY created_at DESC, id DESC',
      [owner.id],
    )
  ).map(({ id }) => id);
});
afterAll(() => fixture.stop());

const list = async (variables: Record<string, unknown> = {}, token: string | undefined = owner.token) => {
  const answer = await fixture.client.query(LIST, { variables, token });
  const connection = answer.data?.payments;
  return {
    ...answer,
    pageInfo: connection?.pageInfo,
    codes: answer.errors?.map(({ extensions }) => extensions.code),
    ids: connection?.edges.map((edge: { node: { id: string } }) => edge.node.id) as string[],
  };
};
const idsWhere = async (condition: string): Promise<string[]> =>
  (
    await fixture.database.query<{ id: string }>(
      `SELECT id FROM payments WHERE (user_id = $1 OR recipient_id = $1) AND ${condition} ORDER BY created_at DESC, id DESC`,
      [owner.id],
    )
  ).map(({ id }) => id);

describe('Query.payments', () => {
  it('gives what one sent or received, the newest first, in one statement', async () => {
    const { ids, errors, sqlStatements, pageInfo } = await list({ first: 100 });
    expect(errors).toBeUndefined();
    expect(own).toHaveLength(48);
    expect(ids).toEqual(own);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(sqlStatements).toBe(1);
  });

  it('gives ADMIN all and a stranger only their own', async () => {
    expect((await list({ first: 100 }, admin.token)).ids).toHaveLength(49);
    expect((await list({ first: 100 }, stranger.token)).ids).toHaveLength(1);
  });

  it('refuses whoever is not signed in', async () => {
    const { errors } = await fixture.client.query(LIST);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  it.each([1, 3, 4, 7, 47, 48])(
    'walks forward and backward in steps of %d over the whole list',
    async (size) => {
      for (const token of [owner.token, admin.token]) {
        const whole = (await list({ first: 100 }, token)).ids;
        const forward: string[] = [];
        for (let after: string | null = null, more = true; more;) {
          const { ids, pageInfo, sqlStatements } = await list({ first: size, after }, token);
          expect(sqlStatements).toBe(1);
          expect(pageInfo.hasPreviousPage).toBe(after !== null);
          forward.push(...ids);
          ({ endCursor: after, hasNextPage: more } = pageInfo);
        }
        expect(forward).toEqual(whole);
        const backward: string[] = [];
        for (let before: string | null = null, more = true; more;) {
          const { ids, pageInfo } = await list({ last: size, before }, token);
          backward.unshift(...ids);
          ({ startCursor: before, hasPreviousPage: more } = pageInfo);
        }
        expect(backward).toEqual(whole);
      }
    },
  );

  it.each([
    [{ first: 0 }, 'INVALID_PAGE_SIZE'],
    [{ first: -1 }, 'INVALID_PAGE_SIZE'],
    [{ first: 10_000 }, 'INVALID_PAGE_SIZE'],
    [{ last: 0 }, 'INVALID_PAGE_SIZE'],
    [{ first: 1, last: 1 }, 'INVALID_PAGE_SIZE'],
    [{ after: 'nonsense' }, 'INVALID_CURSOR'],
    [{ filter: { currency: 'euro' } }, 'BAD_USER_INPUT'],
    [{ filter: { createdFrom: 'yesterday' } }, 'BAD_USER_INPUT'],
    [{ filter: { statuses: ['PAID'] } }, 'BAD_USER_INPUT'],
  ])('refuses %j', async (variables, code) => {
    expect((await list(variables)).codes).toEqual([code]);
  });

  it('refuses cursors that were altered, made by hand, or are of another list', async () => {
    const { pageInfo } = await list({ first: 1 });
    const cursor = pageInfo.endCursor as string;
    const forged = (body: string): string => {
      const check = createHash('sha256').update(`payments\n${body}`).digest('base64url').slice(0, 8);
      return Buffer.from(`${body}.${check}`).toString('base64url');
    };
    const cursors = [
      cursor.slice(0, -2) + (cursor.endsWith('A') ? 'BB' : 'AA'),
      forged(`zz.' OR true --`),
      forged(`-zzzzzzzzzzz.${randomUUID()}`),
      forged(`3zzzzzzzzzz.${randomUUID()}`),
    ];
    for (const after of cursors) {
      expect((await list({ after })).codes).toEqual(['INVALID_CURSOR']);
    }
    const user = await fixture.client.entities(
      [{ __typename: 'User', id: owner.id }],
      `... on User { payments(after: "${cursor}") { edges { cursor } } }`,
      owner.token,
    );
    expect(user.errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });

  it('narrows by everything at once', async () => {
    const at = '2026-01-01T00:00:05.000Z';
    const cases: [Record<string, unknown>, string][] = [
      [{ statuses: ['FAILED', 'PENDING'] }, `status IN ('FAILED', 'PENDING')`],
      [{ statuses: [] }, 'FALSE'],
      [{ type: 'RECURRING' }, `type = 'RECURRING'`],
      [{ currency: 'JPY' }, `currency = 'JPY'`],
      [{ createdFrom: at }, `created_at >= '${at}'`],
      [{ createdBefore: at }, `created_at < '${at}'`],
      [{ createdFrom: '0001-01-01T00:00:00Z', createdBefore: '9999-12-31T23:59:59.999Z' }, 'TRUE'],
      [
        { statuses: ['PENDING'], type: 'INSTANT', currency: 'EUR', createdFrom: at },
        `status = 'PENDING' AND type = 'INSTANT' AND currency = 'EUR' AND created_at >= '${at}'`,
      ],
    ];
    for (const [filter, condition] of cases) {
      const expected = await idsWhere(condition);
      expect((await list({ first: 100, filter })).ids).toEqual(expected);
      const { ids, errors } = await list({ last: 2, filter });
      expect(errors).toBeUndefined();
      expect(ids).toEqual(expected.slice(-2));
    }
  });
});

describe('Query.payment', () => {
  const one = (id: string, token?: string) => fixture.client.query(ONE, { variables: { id }, token });

  it('shows payer, recipient and ADMIN a payment, and nobody else', async () => {
    for (const token of [owner.token, admin.token]) {
      for (const id of [sent, received.toUpperCase()]) {
        expect((await one(id, token)).data.payment).toMatchObject({ id: id.toLowerCase() });
      }
    }
    expect(await one(sent, stranger.token)).toMatchObject({ data: { payment: null }, errors: undefined });
    expect(await one(randomUUID(), admin.token)).toMatchObject({
      data: { payment: null },
      errors: undefined,
    });
    expect((await one(sent, owner.token)).data.payment.amount).toEqual({ amount: '7', currency: 'JPY' });
  });

  it('refuses a malformed id and whoever is not signed in', async () => {
    expect((await one('42', owner.token)).errors?.[0]?.extensions.code).toBe('INVALID_ID');
    expect((await one(sent)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('Payment.__resolveReference', () => {
  it('answers 100 mixed representations in order with one statement', async () => {
    const mixed = Array.from({ length: 100 }, (_, index) => {
      const known = own[index % own.length] as string;
      return [known, randomUUID(), 'malformed', known.toUpperCase()][index % 4] as string;
    });
    const { data, errors, sqlStatements } = await fixture.client.entities(
      mixed.map((id) => ({ __typename: 'Payment', id })),
      '... on Payment { id }',
      owner.token,
    );
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity: { id: string } | null) => entity?.id ?? null)).toEqual(
      mixed.map((id) => (own.includes(id.toLowerCase()) ? id.toLowerCase() : null)),
    );
    expect(sqlStatements).toBe(1);
  });

  it('hides payments from strangers, from nobody in particular and from other services', async () => {
    for (const token of [stranger.token, undefined]) {
      const { data } = await fixture.client.entities(
        [{ __typename: 'Payment', id: sent }],
        '... on Payment { id }',
        token,
      );
      expect(data._entities).toEqual([null]);
    }
  });
});

describe('Payment.transitions', () => {
  it('costs one statement for a whole page', async () => {
    const { data, sqlStatements } = await fixture.client.query(
      '{ payments(first: 30) { edges { node { id transitions { to } } } } }',
      { token: owner.token },
    );
    expect(data.payments.edges).toHaveLength(30);
    expect(sqlStatements).toBe(2);
  });
});
