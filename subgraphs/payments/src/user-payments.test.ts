import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentRow,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';

let fixture: PaymentsFixture;
let admin: Person;
let owner: Person;
/** 100 users; the owner is the first. */
let users: string[];

beforeAll(async () => {
  fixture = await startPaymentsFixture();
  [admin, owner] = await Promise.all([fixture.person({ role: 'ADMIN' }), fixture.person()]);
  users = [owner.id, ...Array.from({ length: 99 }, () => randomUUID())];
  const start = Date.parse('2026-01-01T00:00:00Z');
  const rows: PaymentRow[] = Array.from({ length: 1_500 }, (_, index) => ({
    // The last ten users have nothing.
    payer: users[(index * 7) % 90] as string,
    recipient: index % 5 === 0 ? null : (users[(index * 11 + 1) % 90] as string),
    amount: '1.25',
    currency: index % 3 === 0 ? 'KWD' : 'EUR',
    status: index % 2 === 0 ? 'COMPLETED' : 'PENDING',
    createdAt: new Date(start + (index % 400) * 1_000),
  }));
  await insertPayments(fixture.database, rows);
});
afterAll(() => fixture.stop());

const entities = (ids: ReadonlyArray<string>, selection: string, token?: string) =>
  fixture.client.entities(
    ids.map((id) => ({ __typename: 'User', id })),
    `... on User { ${selection} }`,
    token,
  );
const newestOf = async (userId: string, condition = 'TRUE'): Promise<string[]> =>
  (
    await fixture.database.query<{ id: string }>(
      `SELECT id FROM payments WHERE (user_id = $1 OR recipient_id = $1) AND ${condition} ORDER BY created_at DESC, id DESC`,
      [userId],
    )
  ).map(({ id }) => id);
const idsOf = (connection: { edges: { node: { id: string } }[] }): string[] =>
  connection.edges.map(({ node }) => node.id);

describe('User.payments', () => {
  it('costs one statement for 100 users, each with the right page', async () => {
    const { data, errors, sqlStatements } = await entities(
      users,
      'id payments(first: 10) { edges { node { id } } pageInfo { hasNextPage } }',
      admin.token,
    );
    expect(errors).toBeUndefined();
    expect(sqlStatements).toBe(1);
    for (const { id, payments } of data._entities) {
      const all = await newestOf(id as string);
      expect(idsOf(payments)).toEqual(all.slice(0, 10));
      expect(payments.pageInfo.hasNextPage).toBe(all.length > 10);
    }
    expect(idsOf(data._entities[99].payments)).toEqual([]);
  });

  it('keeps different pages and filters of one request apart, a statement for each', async () => {
    const { data, sqlStatements } = await entities(
      users.slice(0, 20),
      `id
       newest: payments(first: 3) { edges { node { id } } }
       oldest: payments(last: 2) { edges { node { id } } }
       completed: payments(first: 4, filter: { statuses: [COMPLETED], currency: "KWD" }) { edges { node { id } } }`,
      admin.token,
    );
    expect(sqlStatements).toBe(3);
    for (const { id, newest, oldest, completed } of data._entities) {
      const all = await newestOf(id as string);
      expect(idsOf(newest)).toEqual(all.slice(0, 3));
      expect(idsOf(oldest)).toEqual(all.slice(-2));
      expect(idsOf(completed)).toEqual(
        (await newestOf(id as string, `status = 'COMPLETED' AND currency = 'KWD'`)).slice(0, 4),
      );
    }
  });

  it('goes on from a cursor', async () => {
    const first = await entities([owner.id], 'payments(first: 2) { pageInfo { endCursor } }', owner.token);
    const { endCursor } = first.data._entities[0].payments.pageInfo;
    const second = await entities(
      [owner.id],
      `payments(first: 2, after: "${endCursor}") { edges { node { id } } }`,
      owner.token,
    );
    expect(idsOf(second.data._entities[0].payments)).toEqual((await newestOf(owner.id)).slice(2, 4));
  });

  it('is there for oneself and ADMIN, null for everybody else and without a statement', async () => {
    const selection = 'payments { edges { cursor } } paymentSummary { sentCount }';
    for (const token of [undefined, (await fixture.person()).token]) {
      const { data, errors, sqlStatements } = await entities([owner.id], selection, token);
      expect(errors).toBeUndefined();
      expect(data._entities).toEqual([{ __typename: 'User', payments: null, paymentSummary: null }]);
      expect(sqlStatements).toBe(0);
    }
    const { data } = await entities([owner.id], selection, owner.token);
    expect(data._entities[0].payments.edges.length).toBeGreaterThan(0);
  });

  it.each([0, -1, 10_000])('refuses a page of %d', async (first) => {
    const { data, errors } = await entities(
      [owner.id],
      `id payments(first: ${first}) { edges { cursor } }`,
      owner.token,
    );
    expect(errors?.[0]?.extensions.code).toBe('INVALID_PAGE_SIZE');
    expect(data._entities).toEqual([{ __typename: 'User', id: owner.id, payments: null }]);
  });
});

describe('User.paymentSummary', () => {
  it('costs one statement for 100 users, and is exact', async () => {
    const { data, errors, sqlStatements } = await entities(
      users,
      'id paymentSummary { sentCount receivedCount sent { amount currency } received { amount currency } }',
      admin.token,
    );
    expect(errors).toBeUndefined();
    expect(sqlStatements).toBe(1);
    for (const { id, paymentSummary } of data._entities) {
      for (const [side, column] of [
        ['sent', 'user_id'],
        ['received', 'recipient_id'],
      ] as const) {
        const rows = await fixture.database.query<{ currency: string; count: string; sum: string | null }>(
          `SELECT currency, count(*) AS count, sum(amount) FILTER (WHERE status = 'COMPLETED') AS sum
           FROM payments WHERE ${column} = $1 GROUP BY currency ORDER BY currency`,
          [id],
        );
        expect(paymentSummary[`${side}Count`]).toBe(
          rows.reduce((total, { count }) => total + Number(count), 0),
        );
        expect(paymentSummary[side]).toEqual(
          rows.flatMap(({ currency, sum }) =>
            sum === null ? [] : [{ currency, amount: Number(sum).toFixed(currency === 'KWD' ? 3 : 2) }],
          ),
        );
      }
    }
    expect(data._entities[99].paymentSummary).toEqual({
      sentCount: 0,
      receivedCount: 0,
      sent: [],
      received: [],
    });
  });
});

describe('User.__resolveReference', () => {
  it('answers 100 mixed representations in order without a statement', async () => {
    const mixed = users.map((id, index) =>
      index % 3 === 0 ? `not-${id}` : index % 3 === 1 ? id.toUpperCase() : id,
    );
    const { data, errors, sqlStatements } = await entities(mixed, 'id', admin.token);
    expect(errors).toBeUndefined();
    expect(data._entities.map((user: { id: string } | null) => user?.id ?? null)).toEqual(
      users.map((id, index) => (index % 3 === 0 ? null : id)),
    );
    expect(sqlStatements).toBe(0);
  });
});
