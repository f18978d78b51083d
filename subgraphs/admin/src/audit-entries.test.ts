import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeCursor } from '@supergraph/platform/paging';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';

const ENTRY = `id occurredAt action resourceType resourceId actor { __typename id } ip userAgent details
  previousHash hash`;
const ENTRIES = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter) {
  auditEntries(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

interface Row {
  readonly id: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly occurred_at: Date;
  readonly actor_id: string | null;
}

let admin: AdminUnderTest;
const actors = [randomUUID(), randomUUID(), null] as const;
const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const tokens = { admin: '', customer: '', vendor: '' };
/** Every entry in the order of the list. */
let rows: ReadonlyArray<Row>;

const list = (variables: Record<string, unknown>, token: string | undefined = tokens.admin) =>
  admin.client.query(ENTRIES, { variables, token });
const idsOf = (connection: { edges: { node: { id: string } }[] }) =>
  connection.edges.map(({ node }) => node.id);

async function walk(forward: boolean, filter: Record<string, unknown> = {}): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const { data, sqlStatements } = await list(
      forward ? { first: 13, after: cursor, filter } : { last: 13, before: cursor, filter },
    );
    expect(sqlStatements).toBe(1);
    seen.splice(forward ? seen.length : 0, 0, ...idsOf(data.auditEntries));
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = data.auditEntries.pageInfo;
    cursor = forward ? endCursor : startCursor;
    if (!(forward ? hasNextPage : hasPreviousPage)) {
      return seen;
    }
  }
}

beforeAll(async () => {
  admin = await startAdminUnderTest();
  tokens.admin = await admin.identity.tokenFor({ role: 'ADMIN' });
  tokens.customer = await admin.identity.tokenFor({ userId: actors[0] });
  tokens.vendor = await admin.identity.tokenFor({ role: 'VENDOR' });
  await admin.append(
    Array.from({ length: 120 }, (_, index) => ({
      // Three entries a moment, and not in the order of the chain.
      occurredAt: new Date(BEGIN + Math.floor(((index * 7) % 120) / 3) * 60_000),
      actorId: actors[index % 3] ?? null,
      action: index % 2 === 0 ? 'user.suspended' : 'setting.changed',
      resourceType: index % 2 === 0 ? 'user' : 'setting',
      resourceId: `resource-${index % 5}`,
    })),
  );
  rows = await admin.database.query<Row & Record<string, unknown>>(
    `SELECT e.id, e.action, e.resource_type, e.resource_id, e.occurred_at, d.actor_id
       FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id
      ORDER BY e.occurred_at DESC, e.id DESC`,
  );
});
afterAll(() => admin.stop());

describe('Query.auditEntries', () => {
  it('gives every entry once, in the same order forward and backward, a statement a page', async () => {
    const expected = rows.map(({ id }) => id);
    expect(expected).toHaveLength(120);
    expect(await walk(true)).toEqual(expected);
    expect(await walk(false)).toEqual(expected);
  });

  it.each<[Record<string, unknown>, (row: Row) => boolean]>([
    [{ actorId: actors[0] }, (row) => row.actor_id === actors[0]],
    [{ actorId: actors[1].toUpperCase() }, (row) => row.actor_id === actors[1]],
    [{ action: 'user.suspended' }, (row) => row.action === 'user.suspended'],
    [{ resourceType: 'setting' }, (row) => row.resource_type === 'setting'],
    [{ resourceId: 'resource-3' }, (row) => row.resource_id === 'resource-3'],
    [
      { resourceType: 'user', resourceId: 'resource-3' },
      (row) => row.resource_type === 'user' && row.resource_id === 'resource-3',
    ],
    [
      { actorId: actors[0], action: 'user.suspended', resourceId: null },
      (row) => row.actor_id === actors[0] && row.action === 'user.suspended',
    ],
    [
      { occurredFrom: '2026-01-01T00:10:00Z', occurredBefore: '2026-01-01T00:20:00.000Z' },
      (row) => row.occurred_at.getTime() >= BEGIN + 600_000 && row.occurred_at.getTime() < BEGIN + 1_200_000,
    ],
    [
      { actorId: actors[0], occurredFrom: '2026-01-01T02:10:00+02:00' },
      (row) => row.actor_id === actors[0] && row.occurred_at.getTime() >= BEGIN + 600_000,
    ],
  ])('narrows by %j, forward and backward', async (filter, passes) => {
    const expected = rows.filter(passes).map(({ id }) => id);
    expect(expected.length).toBeGreaterThan(5);
    expect(await walk(true, filter)).toEqual(expected);
    expect(await walk(false, filter)).toEqual(expected);
  });

  it.each([
    { actorId: randomUUID() },
    { action: "x' OR true --" },
    { action: 'a\0b' },
    { resourceId: '\ud800' },
    { resourceType: 'x'.repeat(100_000) },
    { occurredBefore: '0000-01-01T00:00:00Z' },
    { occurredFrom: '9999-12-31T23:59:59-23:59' },
  ])('finds nothing where nothing can be (%#)', async (filter) => {
    const { data, errors } = await list({ filter });
    expect(errors).toBeUndefined();
    expect(data.auditEntries).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('refuses an actor that is no UUID and a moment that is none', async () => {
    expect((await list({ filter: { actorId: 'me' } })).errors?.[0]?.extensions.code).toBe('INVALID_ID');
    expect((await list({ filter: { occurredFrom: 'yesterday' } })).errors?.[0]?.extensions.code).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('gives 20 when nothing is said, and as many as 100', async () => {
    expect(idsOf((await list({})).data.auditEntries)).toEqual(rows.slice(0, 20).map(({ id }) => id));
    expect(idsOf((await list({ first: 100 })).data.auditEntries)).toHaveLength(100);
  });

  it.each([{ first: 0 }, { first: -1 }, { first: 10_000 }, { last: 101 }, { first: 1, last: 1 }])(
    'refuses the page size %j',
    async (variables) => {
      expect((await list(variables)).errors?.[0]?.extensions.code).toBe('INVALID_PAGE_SIZE');
    },
  );

  it.each([
    { at: new Date(0), id: 'nonsense' },
    { at: new Date(0), id: '\0' },
    { at: new Date(8.64e15), id: randomUUID() },
    { at: new Date(-8.64e15), id: randomUUID() },
  ])('refuses the cursor that somebody made for %j', async (position) => {
    const { errors } = await list({ first: 1, after: encodeCursor('auditEntries', position) });
    expect(errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });

  it('refuses cursors that were altered or are of another list', async () => {
    const cursor = (await list({ first: 1 })).data.auditEntries.pageInfo.endCursor as string;
    const altered = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace(/^./, 'z'));
    const trail = await admin.client.entities(
      [{ __typename: 'User', id: actors[0] }],
      '... on User { auditTrail(first: 1) { pageInfo { endCursor } } }',
      tokens.admin,
    );
    const foreign: string = trail.data._entities[0].auditTrail.pageInfo.endCursor;
    for (const after of [altered.toString('base64url'), foreign, 'nonsense', '', 'x'.repeat(5_000)]) {
      expect((await list({ first: 1, after })).errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
    }
  });
});

describe('Query.auditEntry', () => {
  const ask = (id: string, token?: string) =>
    admin.client.query(`query ($id: ID!) { auditEntry(id: $id) { ${ENTRY} } }`, { variables: { id }, token });

  it('gives all of an entry', async () => {
    const { data, errors, sqlStatements } = await ask(rows[0]!.id.toUpperCase(), tokens.admin);
    expect(errors).toBeUndefined();
    expect(data.auditEntry).toEqual({
      id: rows[0]!.id,
      occurredAt: rows[0]!.occurred_at.toISOString(),
      action: rows[0]!.action,
      resourceType: rows[0]!.resource_type,
      resourceId: rows[0]!.resource_id,
      actor: rows[0]!.actor_id === null ? null : { __typename: 'User', id: rows[0]!.actor_id },
      ip: '192.0.2.7',
      userAgent: 'Browser/1.0',
      details: { note: 'made by a test' },
      previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(sqlStatements).toBe(1);
  });

  it('gives null for an unknown one and refuses what is no UUID', async () => {
    expect(await ask(randomUUID(), tokens.admin)).toMatchObject({
      errors: undefined,
      data: { auditEntry: null },
    });
    expect((await ask("1' OR true", tokens.admin)).errors?.[0]?.extensions.code).toBe('INVALID_ID');
  });
});

describe.each([ENTRIES, `{ auditEntry(id: "${randomUUID()}") { id } }`])('%s', (document) => {
  it('is for ADMIN only', async () => {
    const code = async (token?: string) =>
      (await admin.client.query(document, { token })).errors?.[0]?.extensions.code;
    expect(await code()).toBe('UNAUTHENTICATED');
    expect(await code(tokens.customer)).toBe('FORBIDDEN');
    expect(await code(tokens.vendor)).toBe('FORBIDDEN');
    expect(await code(await admin.identity.tokenFor({ role: 'ADMIN', expiresIn: -60 }))).toBe(
      'TOKEN_EXPIRED',
    );
    expect((await admin.payments.query(document)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('AuditEntry.__resolveReference', () => {
  it('resolves 100 mixed representations in order with one statement', async () => {
    const representations = Array.from({ length: 100 }, (_, index) => ({
      __typename: 'AuditEntry',
      id: index % 3 === 0 ? randomUUID() : index % 7 === 0 ? 'not-a-uuid' : rows[index % 60]!.id,
    }));
    const byId = new Map(rows.map((row) => [row.id, row]));
    const { data, errors, sqlStatements } = await admin.client.entities(
      representations,
      '... on AuditEntry { id action actor { id } }',
      tokens.admin,
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual(
      representations.map(({ id }) => {
        const row = byId.get(id);
        return row === undefined
          ? null
          : {
              __typename: 'AuditEntry',
              id,
              action: row.action,
              actor: row.actor_id === null ? null : { id: row.actor_id },
            };
      }),
    );
    expect(sqlStatements).toBe(1);
  });

  it('is null without an error to whom it does not concern', async () => {
    const foreign = rows.find(({ actor_id }) => actor_id === actors[1])!;
    for (const token of [undefined, tokens.customer, tokens.vendor]) {
      const answer = await admin.client.entities(
        [{ __typename: 'AuditEntry', id: foreign.id }],
        '... on AuditEntry { id action }',
        token,
      );
      expect(answer).toMatchObject({
        errors: undefined,
        data: { _entities: [null] },
        sqlStatements: token === undefined ? 0 : 1,
      });
    }
  });

  it('is whole to who did it', async () => {
    const own = rows.find(({ actor_id }) => actor_id === actors[0])!;
    const { data } = await admin.client.entities(
      [{ __typename: 'AuditEntry', id: own.id }],
      '... on AuditEntry { id actor { id } ip userAgent details }',
      tokens.customer,
    );
    expect(data._entities[0]).toMatchObject({
      id: own.id,
      actor: { id: actors[0] },
      ip: '192.0.2.7',
      userAgent: 'Browser/1.0',
      details: { note: 'made by a test' },
    });
  });

  it('shows null where a person was forgotten', async () => {
    const { id } = rows.find(({ actor_id }) => actor_id !== null)!;
    await admin.database.query('DELETE FROM audit_entry_details WHERE entry_id = $1', [id]);
    const { data } = await admin.client.entities(
      [{ __typename: 'AuditEntry', id }],
      '... on AuditEntry { action actor { id } ip userAgent details }',
      tokens.admin,
    );
    expect(data._entities).toEqual([
      {
        __typename: 'AuditEntry',
        action: expect.any(String),
        actor: null,
        ip: null,
        userAgent: null,
        details: null,
      },
    ]);
    expect((await admin.verify()).whole).toBe(true);
  });
});
