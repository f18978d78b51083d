import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';

const PASSWORD = 'seven quiet lanterns';
let auth: AuthUnderTest;
const tokens = { ada: '', ben: '', admin: '' };
const ids = { ada: '', ben: '', admin: '' };

async function signIn(email: string): Promise<{ token: string; id: string }> {
  const login = `mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { accessToken user { id } } } }`;
  const { data } = await auth.client.query(login, { variables: { input: { email, password: PASSWORD } } });
  return { token: data.login.accessToken, id: data.login.user.id };
}

beforeAll(async () => {
  auth = await startAuthUnderTest();
  const register = `mutation ($input: RegisterInput!) { register(input: $input) { __typename } }`;
  for (const name of ['ada', 'ben', 'admin']) {
    await auth.client.query(register, {
      variables: { input: { email: `${name}@example.com`, password: PASSWORD, name } },
    });
  }
  await auth.database.query("UPDATE users SET role = 'ADMIN' WHERE email = 'admin@example.com'");
  await auth.database.query(
    `INSERT INTO users (id, email, password_hash, name, created_at)
     SELECT gen_random_uuid(), 'user' || n || '@example.com', 'x', 'User ' || n, now() - (n / 3) * interval '1 hour'
     FROM generate_series(1, 120) AS n`,
  );
  for (const name of ['ada', 'ben', 'admin'] as const) {
    ({ token: tokens[name], id: ids[name] } = await signIn(`${name}@example.com`));
  }
});
afterAll(() => auth.stop());

describe('Query.me', () => {
  it('is null for nobody and oneself for somebody', async () => {
    expect((await auth.client.query('{ me { id } }')).data.me).toBeNull();
    expect((await auth.client.query('{ me { email } }', { token: tokens.ada })).data.me.email).toBe(
      'ada@example.com',
    );
  });
});

describe('Query.user', () => {
  const USER =
    'query ($id: ID!) { user(id: $id) { id email name role status emailVerified createdAt sessions { id } } }';
  const ask = (id: string, token?: string) => auth.client.query(USER, { variables: { id }, token });

  it('shows everything to oneself and to ADMIN, and the bare id to a stranger', async () => {
    for (const token of [tokens.ada, tokens.admin]) {
      expect((await ask(ids.ada, token)).data.user).toMatchObject({
        email: 'ada@example.com',
        name: 'ada',
        role: 'CUSTOMER',
      });
    }
    expect((await ask(ids.ada, tokens.ben)).data.user).toEqual({
      id: ids.ada,
      email: null,
      name: null,
      role: null,
      status: null,
      emailVerified: null,
      createdAt: null,
      sessions: null,
    });
  });

  it('asks for a sign-in, refuses what is no UUID, and gives null for an unknown one', async () => {
    expect((await ask(ids.ada)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await ask('1; DROP TABLE users', tokens.ada)).errors?.[0]?.extensions.code).toBe('INVALID_ID');
    expect(await ask(randomUUID(), tokens.ada)).toMatchObject({ errors: undefined, data: { user: null } });
  });
});

describe('Query.users', () => {
  const USERS = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: UserFilter) {
    users(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const page = (variables: Record<string, unknown>, token: string | undefined = tokens.admin) =>
    auth.client.query(USERS, { variables, token });
  const walk = async (forward: boolean): Promise<string[]> => {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const { data, sqlStatements } = await page(
        forward ? { first: 17, after: cursor } : { last: 17, before: cursor },
      );
      expect(sqlStatements).toBe(1);
      const found = data.users.edges.map(({ node }: { node: { id: string } }) => node.id);
      seen.splice(forward ? seen.length : 0, 0, ...found);
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = data.users.pageInfo;
      cursor = forward ? endCursor : startCursor;
      if (!(forward ? hasNextPage : hasPreviousPage)) {
        return seen;
      }
    }
  };

  it('gives every user once, in the same order forward and backward, a statement a page', async () => {
    const rows = await auth.database.query<{ id: string }>(
      'SELECT id FROM users ORDER BY created_at DESC, id DESC',
    );
    const expected = rows.map(({ id }) => id);
    expect(await walk(true)).toEqual(expected);
    expect(await walk(false)).toEqual(expected);
  });

  it('filters', async () => {
    const { data } = await page({ filter: { role: 'ADMIN', status: 'ACTIVE' } });
    expect(data.users.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([ids.admin]);
  });

  it('is for ADMIN only', async () => {
    expect((await page({}, '')).errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
    expect((await auth.client.query(USERS)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await page({}, tokens.ada)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it.each([{ first: 0 }, { first: -1 }, { first: 10_000 }, { last: 101 }, { first: 1, last: 1 }])(
    'refuses the page size %j',
    async (variables) => {
      expect((await page(variables)).errors?.[0]?.extensions.code).toBe('INVALID_PAGE_SIZE');
    },
  );

  it('refuses cursors that were altered or are of another list', async () => {
    const { data } = await page({ first: 1 });
    const cursor = data.users.pageInfo.endCursor as string;
    const altered = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace(/^./, 'z')).toString(
      'base64url',
    );
    for (const after of [altered, 'nonsense', '', 'x'.repeat(5_000)]) {
      expect((await page({ first: 1, after })).errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
    }
  });
});

describe('User.__resolveReference', () => {
  it('resolves 100 mixed representations in order with one statement', async () => {
    const known = await auth.database.query<{ id: string; email: string }>(
      'SELECT id, email FROM users LIMIT 60',
    );
    const representations = Array.from({ length: 100 }, (_, index) => {
      const row = known[index % 60];
      const id = index % 3 === 0 ? randomUUID() : index % 7 === 0 ? 'not-a-uuid' : (row?.id ?? '');
      return { __typename: 'User', id };
    });
    const { data, errors, sqlStatements } = await auth.client.entities(
      representations,
      '... on User { id email }',
      tokens.admin,
    );
    const byId = new Map(known.map((row) => [row.id, row.email]));
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual(
      representations.map(({ id }) =>
        byId.has(id) ? { __typename: 'User', id, email: byId.get(id) } : null,
      ),
    );
    expect(sqlStatements).toBe(1);
  });

  it('lists the sessions of many users with one statement more', async () => {
    const { data, sqlStatements } = await auth.client.entities(
      [ids.ada, ids.ben, ids.admin].map((id) => ({ __typename: 'User', id })),
      '... on User { sessions { id } }',
      tokens.admin,
    );
    expect(data._entities.every(({ sessions }: { sessions: unknown[] }) => sessions.length >= 1)).toBe(true);
    expect(sqlStatements).toBe(2);
  });

  it('tells payments, asking for itself, who may pay', async () => {
    const { data } = await auth.payments.entities(
      [{ __typename: 'User', id: ids.ada }],
      '... on User { status name }',
    );
    expect(data._entities).toEqual([{ __typename: 'User', status: 'ACTIVE', name: 'ada' }]);
  });
});
