import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestEventSources } from '@supergraph/platform/testing';
import { eventSchemas } from './generated/events.js';
import { until } from './test-support/auth-events.js';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
  type Person,
} from './test-support/payments-fixture.js';

const NAMES = ['bob Beta', 'Ada Alpha', 'ada beta', 'Zoë Zeta', 'Ada Alpha', 'Ümit Umlaut', ''];
let fixture: PaymentsFixture;
let stopSources: () => Promise<void>;
let admin: Person;
/** All payments of known and erased payers, as they should be listed by name. */
let byName: string[];

beforeAll(async () => {
  const started = await startTestEventSources(['auth'], { readers: ['payments'], eventSchemas });
  stopSources = () => started.stop();
  fixture = await startPaymentsFixture({}, started.sources.auth);
  admin = await fixture.person({ role: 'ADMIN' });
  const start = Date.parse('2026-01-01T00:00:00Z');
  const people = NAMES.map((name, index) => ({
    id: randomUUID(),
    name: name === '' ? null : name,
    email: `${String.fromCharCode(122 - index)}@example.com`,
  }));
  const erased = [randomUUID(), randomUUID()];
  await fixture.database.query(
    `INSERT INTO payers SELECT id, email, name, 'ACTIVE', 1 FROM jsonb_populate_recordset(NULL::payers, $1)`,
    [JSON.stringify(people)],
  );
  await fixture.database.query('INSERT INTO erased_people SELECT unnest($1::uuid[])', [erased]);
  const payers = [...people.map(({ id }) => id), ...erased];
  await insertPayments(
    fixture.database,
    Array.from({ length: 120 }, (_, index) => ({
      payer: payers[(index * 5) % payers.length] as string,
      currency: index % 3 === 0 ? 'KWD' : 'EUR',
      // Some of the same moment.
      createdAt: new Date(start + (index % 40) * 1_000),
    })),
  );
  const rows = await fixture.database.query<{ id: string }>(
    `SELECT p.id FROM payments p LEFT JOIN payers ON payers.id = user_id
     ORDER BY payers.id IS NULL, lower(coalesce(payers.name, '')) COLLATE "C", user_id, created_at DESC, p.id DESC`,
  );
  byName = rows.map(({ id }) => id);
});
afterAll(async () => {
  await fixture.stop();
  await stopSources();
});

const ask = (args: string, token = admin.token) =>
  fixture.client.query(
    `{ payments(${args}) { asOf edges { cursor node { id user { id } } }
       pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    { token },
  );
const idsOf = (data: { payments: { edges: { node: { id: string } }[] } }): string[] =>
  data.payments.edges.map(({ node }) => node.id);

describe('payments by the payer', () => {
  it.each([7, 1, 100])(
    'come page by page of %d in both directions, each page one statement',
    async (size) => {
      const forward: string[] = [];
      for (let cursor: string | null = null, more = true; more;) {
        const after: string = cursor === null ? '' : `after: "${cursor}"`;
        const { data, errors, sqlStatements } = await ask(`orderBy: PAYER_NAME first: ${size} ${after}`);
        expect(errors).toBeUndefined();
        expect(sqlStatements).toBe(1);
        forward.push(...idsOf(data));
        ({ hasNextPage: more, endCursor: cursor } = data.payments.pageInfo);
      }
      expect(forward).toEqual(byName);
      const backward: string[] = [];
      for (let cursor: string | null = null, more = true; more;) {
        const before: string = cursor === null ? '' : `before: "${cursor}"`;
        const { data } = await ask(`orderBy: PAYER_NAME last: ${size} ${before}`);
        backward.unshift(...idsOf(data));
        ({ hasPreviousPage: more, startCursor: cursor } = data.payments.pageInfo);
      }
      expect(backward).toEqual(byName);
    },
  );

  it('come between two cursors', async () => {
    const { data } = await ask('orderBy: PAYER_NAME first: 100');
    const cursorAt = (index: number) => data.payments.edges[index].cursor as string;
    for (const [from, to] of [
      [3, 60],
      [50, 99],
      [88, 97],
    ] as const) {
      const between = await ask(
        `orderBy: PAYER_NAME first: 100 after: "${cursorAt(from)}" before: "${cursorAt(to)}"`,
      );
      expect(idsOf(between.data)).toEqual(byName.slice(from + 1, to));
    }
  });

  it('come by e-mail address, and by beginnings of both', async () => {
    const { data } = await ask('orderBy: PAYER_EMAIL first: 100 filter: { currency: "KWD" }');
    const expected = await fixture.database.query<{ id: string }>(
      `SELECT p.id FROM payments p LEFT JOIN payers ON payers.id = user_id WHERE currency = 'KWD'
       ORDER BY payers.id IS NULL, email, user_id, created_at DESC, p.id DESC`,
    );
    expect(idsOf(data)).toEqual(expected.map(({ id }) => id));
    for (const orderBy of ['NEWEST_FIRST', 'PAYER_NAME', 'PAYER_EMAIL']) {
      for (const [filter, condition] of [
        ['payerName: "ADA"', `name ILIKE 'ada%'`],
        ['payerName: "ü"', `name LIKE 'Ü%'`],
        ['payerEmail: "Y@EXAMPLE"', `email = 'y@example.com'`],
        ['payerName: "Ada A" payerEmail: "v"', `name = 'Ada Alpha' AND email LIKE 'v%'`],
        ['payerName: "%"', 'false'],
      ]) {
        const found = await ask(`orderBy: ${orderBy} first: 100 filter: { ${filter} }`);
        const rows = await fixture.database.query<{ id: string }>(
          `SELECT p.id FROM payments p JOIN payers ON payers.id = user_id WHERE ${condition}`,
        );
        expect(idsOf(found.data).sort()).toEqual(rows.map(({ id }) => id).sort());
        expect(found.sqlStatements).toBe(1);
      }
    }
  });

  it('are for ADMIN alone', async () => {
    const { token, id } = await fixture.person({ role: 'VENDOR' });
    for (const args of [
      'orderBy: PAYER_NAME',
      'orderBy: PAYER_EMAIL',
      'filter: { payerName: "a" }',
      'filter: { payerEmail: "a" }',
    ]) {
      const { errors } = await ask(`first: 1 ${args}`, token);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    const { data, errors } = await fixture.client.entities(
      [{ __typename: 'User', id }],
      '... on User { payments(filter: { payerName: "a" }) { edges { cursor } } }',
      token,
    );
    expect(data._entities[0].payments).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it.each([
    ['a cursor of another order', 'INVALID_CURSOR'],
    ['a beginning that is empty', 'BAD_USER_INPUT'],
    ['a beginning with a NUL', 'BAD_USER_INPUT'],
  ])('refuse %s', async (what, code) => {
    const { data } = await ask('first: 1');
    const args: Record<string, string> = {
      'a cursor of another order': `orderBy: PAYER_NAME after: "${data.payments.pageInfo.endCursor}"`,
      'a beginning that is empty': 'filter: { payerName: " " }',
      'a beginning with a NUL': 'filter: { payerEmail: "a\\u0000" }',
    };
    const { errors } = await ask(args[what] as string);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });

  it('say as of when the names are known', async () => {
    const asOf = async () => (await ask('first: 1')).data.payments.asOf as string | null;
    await until(async () => (await asOf()) !== null);
    const first = Date.parse((await asOf()) as string);
    expect(Math.abs(Date.now() - first)).toBeLessThan(600_000);
    await until(async () => Date.parse((await asOf()) as string) > first);
  });
});
