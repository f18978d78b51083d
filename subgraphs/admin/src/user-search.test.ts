import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPage } from '@supergraph/platform/paging';
import { wordsOf } from './domain/search-users.js';
import { searchStatement, type UserFilter } from './store/users.js';
import { registered, startAdminWithSources, until, type AdminWithSources } from './test-support.js';

const SEARCH = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: UserSearchFilter) {
  userSearch(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    asOf edges { cursor node { __typename id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

let system: AdminWithSources;
let adminToken: string;
const people = {
  ada: randomUUID(),
  augusta: randomUUID(),
  uenal: randomUUID(),
  obrien: randomUUID(),
};

beforeAll(async () => {
  system = await startAdminWithSources();
  adminToken = await system.admin.identity.tokenFor({ role: 'ADMIN' });
  await system.admin.database.query(
    `INSERT INTO users (id, email, name, role, status, version)
     SELECT gen_random_uuid(), 'user' || n || '@mail' || n % 50 || '.example.net', 'First' || n % 1000 || ' Last' || n % 777,
            CASE WHEN n % 500 = 0 THEN 'VENDOR' ELSE 'CUSTOMER' END::"UserRole",
            CASE WHEN n % 250 = 0 THEN 'SUSPENDED' ELSE 'ACTIVE' END::"UserStatus", 1
       FROM generate_series(1, 50000) n`,
  );
  await system.sources.auth.tell(
    registered(people.ada),
    registered(people.augusta, {
      email: 'augusta-king@example.org',
      name: 'Augusta Ada King',
      role: 'ADMIN',
    }),
    registered(people.uenal, { email: 'uenal@example.org', name: 'ÜNAL Çelik' }),
    registered(people.obrien, { email: "o'brien@example.org", name: "Pat O'Brien-Smith" }),
  );
  await until(
    async () =>
      (await system.admin.database.query('SELECT 1 FROM users WHERE id = $1', [people.obrien])).length > 0,
  );
  await system.admin.database.query('ANALYZE users');
});
afterAll(() => system.stop());

const search = (variables: Record<string, unknown>, token: string | undefined = adminToken) =>
  system.admin.client.query(SEARCH, { variables, token });
const found = async (filter: Record<string, unknown>): Promise<string[]> => {
  const { data, errors } = await search({ first: 100, filter });
  expect(errors).toBeUndefined();
  return (data.userSearch.edges as { node: { id: string } }[]).map(({ node }) => node.id).sort();
};

describe('Query.userSearch', () => {
  it.each([
    ['ada', ['ada', 'augusta']],
    ['ADA love', ['ada']],
    ['love ada', ['ada']],
    ['ada@example.com', ['ada']],
    ['king@example', ['augusta']],
    ['ünal', ['uenal']],
    ['çel', ['uenal']],
    ["o'brien", ['obrien']],
    ['brien smith', ['obrien']],
    ['lace', []],
    ["'; DROP TABLE users; --", []],
    ['& | ! <-> :*', []],
    ['\0', []],
    ['', []],
  ] as const)('finds by %j', async (text, names) => {
    expect(await found({ text })).toEqual(names.map((name) => people[name]).sort());
  });

  it('narrows by role and status, and says as of when', async () => {
    expect(await found({ role: 'ADMIN' })).toEqual([people.augusta]);
    expect(await found({ text: 'ada', role: 'CUSTOMER', status: 'ACTIVE' })).toEqual([people.ada]);
    expect(await found({ text: 'ada', status: 'SUSPENDED' })).toEqual([]);
    const { data } = await search({ first: 1 });
    expect(Date.parse(data.userSearch.asOf)).toBeLessThanOrEqual(Date.now());
  });

  it('gives every user once, in the same order forward and backward, a statement a page', async () => {
    const expected = (
      await system.admin.database.query<{ id: string }>(
        `SELECT id FROM users WHERE role = 'VENDOR' ORDER BY id DESC`,
      )
    ).map(({ id }) => id);
    expect(expected).toHaveLength(100);
    for (const forward of [true, false]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let more = true; more;) {
        const { data, sqlStatements } = await search({
          filter: { role: 'VENDOR' },
          ...(forward ? { first: 13, after: cursor } : { last: 13, before: cursor }),
        });
        expect(sqlStatements).toBe(1);
        const { edges, pageInfo } = data.userSearch;
        seen.splice(
          forward ? seen.length : 0,
          0,
          ...edges.map(({ node }: { node: { id: string } }) => node.id),
        );
        cursor = forward ? pageInfo.endCursor : pageInfo.startCursor;
        more = forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
      }
      expect(seen).toEqual(expected);
    }
  });

  it.each<[string, UserFilter]>([
    ['nothing', {}],
    ['a rare word', { words: wordsOf('lovelace') }],
    ['a common word', { words: wordsOf('first1') }],
    ['a short word', { words: wordsOf('a') }],
    ['a word of everybody', { words: wordsOf('example') }],
    ['two words', { words: wordsOf('first12 last77') }],
    ['a rare role', { role: 'ADMIN' }],
    ['a common role', { role: 'CUSTOMER' }],
    ['a rare status', { status: 'SUSPENDED' }],
    ['role and status', { role: 'VENDOR', status: 'SUSPENDED' }],
    ['a word, role and status', { words: wordsOf('user1'), role: 'VENDOR', status: 'ACTIVE' }],
  ])('is served by an index when narrowed by %s', async (_by, filter) => {
    const { text, values } = searchStatement(readPage('userSearch', { first: 20 }), filter);
    const plan = (await system.admin.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values))
      .map((row) => row['QUERY PLAN'])
      .join('\n');
    expect(plan).toMatch(/Index (Only )?Scan/);
    expect(plan).not.toMatch(/Seq Scan/);
  });

  it('refuses who is no ADMIN, a wrong page and an altered cursor', async () => {
    const code = async (variables: Record<string, unknown>, token?: string) =>
      (await search(variables, token)).errors?.[0]?.extensions.code;
    expect(await code({}, await system.admin.identity.tokenFor({ role: 'VENDOR' }))).toBe('FORBIDDEN');
    expect(await code({ first: 101 })).toBe('INVALID_PAGE_SIZE');
    expect(await code({ after: 'nonsense' })).toBe('INVALID_CURSOR');
  });
});
