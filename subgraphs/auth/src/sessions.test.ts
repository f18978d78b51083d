import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';

const SIGNED_IN = `
  ... on SignedIn { accessToken refreshToken accessTokenExpiresAt user { id email name role status } }
  ... on Problem { code message }
  ... on InvalidInputProblem { fields { path message } }
`;
const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { __typename ${SIGNED_IN} } }`;
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { __typename ${SIGNED_IN} } }`;
const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  __typename ... on SignedIn { accessToken refreshToken } ... on Problem { code } } }`;
const LOGOUT = 'mutation ($input: LogoutInput!) { logout(input: $input) { sessionId } }';
const PASSWORD = 'seven quiet lanterns';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

async function register(
  email: string,
): Promise<{ accessToken: string; refreshToken: string; user: { id: string } }> {
  const answer = await auth.client.query(REGISTER, {
    variables: { input: { email, password: PASSWORD, name: 'Ada' } },
  });
  expect(answer.errors).toBeUndefined();
  expect(answer.data.register.__typename).toBe('SignedIn');
  return answer.data.register;
}
const count = async (table: string): Promise<number> =>
  Number((await auth.database.query<{ count: string }>(`SELECT count(*) FROM ${table}`))[0]?.count);

describe('Mutation.register', () => {
  it('opens an account as CUSTOMER and signs it in', async () => {
    const { accessToken, user } = await register('Ada@Example.com');
    expect(user).toEqual({
      id: expect.any(String),
      email: 'ada@example.com',
      name: 'Ada',
      role: 'CUSTOMER',
      status: 'ACTIVE',
    });
    const me = await auth.client.query('{ me { id sessions { current } } }', { token: accessToken });
    expect(me.data.me).toEqual({ id: user.id, sessions: [{ current: true }] });
  });

  it('keeps an argon2id hash and no password', async () => {
    await register('hash@example.com');
    const [row] = await auth.database.query<{ password_hash: string }>(
      "SELECT password_hash FROM users WHERE email = 'hash@example.com'",
    );
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('refuses a second account with the same address in other letter case, and writes nothing', async () => {
    await register('twice@example.com');
    const before = [await count('users'), await count('sessions')];
    const answer = await auth.client.query(REGISTER, {
      variables: { input: { email: ' TWICE@example.COM ', password: PASSWORD, name: 'Other' } },
    });
    expect(answer.data.register).toMatchObject({ __typename: 'EmailTakenProblem', code: 'EMAIL_TAKEN' });
    expect([await count('users'), await count('sessions')]).toEqual(before);
  });

  it('lets one of twenty at once have an address', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        auth.client.query(REGISTER, {
          variables: { input: { email: 'race@example.com', password: PASSWORD, name: 'R' } },
        }),
      ),
    );
    const types = answers.map(({ data }) => data.register.__typename as string);
    expect(types.filter((type) => type === 'SignedIn')).toHaveLength(1);
    expect(types.filter((type) => type === 'EmailTakenProblem')).toHaveLength(19);
  });

  it('lists every field that breaks a rule', async () => {
    const before = await count('users');
    const answer = await auth.client.query(REGISTER, {
      variables: {
        input: { email: 'nobody', password: 'short', name: '\u0000', deviceName: 'x'.repeat(201) },
      },
    });
    expect(answer.data.register).toMatchObject({ __typename: 'InvalidInputProblem', code: 'INVALID_INPUT' });
    expect(answer.data.register.fields.map(({ path }: { path: string }) => path).sort()).toEqual([
      'deviceName',
      'email',
      'name',
      'password',
    ]);
    expect(await count('users')).toBe(before);
  });

  it.each(['qwertyuiop123', 'aaaaaaaaaaaaaaa', '123123123123123', 'Password1234'])(
    'refuses the commonly used password %s',
    async (password) => {
      const answer = await auth.client.query(REGISTER, {
        variables: { input: { email: 'common@example.com', password, name: 'C' } },
      });
      expect(answer.data.register.fields).toEqual([
        { path: 'password', message: expect.stringContaining('commonly') },
      ]);
    },
  );
});

describe('Mutation.login', () => {
  it('signs in with the address in any letter case', async () => {
    const { user } = await register('login@example.com');
    const answer = await auth.client.query(LOGIN, {
      variables: { input: { email: 'LOGIN@example.com', password: PASSWORD, deviceName: 'Laptop' } },
    });
    expect(answer.data.login).toMatchObject({ __typename: 'SignedIn', user: { id: user.id } });
  });

  it('answers the same for a wrong password, an unknown address and a suspended account', async () => {
    const { user } = await register('suspended@example.com');
    await auth.database.query("UPDATE users SET status = 'SUSPENDED' WHERE id = $1", [user.id]);
    const attempts = [
      { email: 'login@example.com', password: 'wrong password!' },
      { email: 'unknown@example.com', password: PASSWORD },
      { email: 'suspended@example.com', password: PASSWORD },
      { email: 'with\u0000zero@example.com', password: PASSWORD },
      { email: 'login@example.com', password: 'x'.repeat(10_000) },
    ];
    for (const input of attempts) {
      const answer = await auth.client.query(LOGIN, { variables: { input } });
      expect(answer.data.login).toEqual({
        __typename: 'InvalidCredentialsProblem',
        code: 'INVALID_CREDENTIALS',
        message: 'E-mail address and password do not fit.',
      });
    }
  });
});

describe('Mutation.refreshSession', () => {
  it.each(['', 'nonsense', `00000000-0000-7000-8000-000000000000.${'a'.repeat(43)}.${'a'.repeat(43)}`])(
    'refuses the token %j',
    async (refreshToken) => {
      const answer = await auth.client.query(REFRESH, { variables: { input: { refreshToken } } });
      expect(answer.data.refreshSession.code).toBe('INVALID_REFRESH_TOKEN');
    },
  );

  it('refuses when the account was suspended or the session has run out', async () => {
    const suspended = await register('refresh-suspended@example.com');
    await auth.database.query("UPDATE users SET status = 'SUSPENDED' WHERE id = $1", [suspended.user.id]);
    const late = await register('refresh-late@example.com');
    await auth.database.query("UPDATE sessions SET expires_at = now() - interval '1 s' WHERE user_id = $1", [
      late.user.id,
    ]);
    for (const { refreshToken } of [suspended, late]) {
      const answer = await auth.client.query(REFRESH, { variables: { input: { refreshToken } } });
      expect(answer.data.refreshSession.code).toBe('INVALID_REFRESH_TOKEN');
    }
  });
});

describe('Mutation.logout', () => {
  it('ends the session of the access token, once', async () => {
    const { accessToken, refreshToken } = await register('logout@example.com');
    const first = await auth.client.query(LOGOUT, { variables: { input: {} }, token: accessToken });
    expect(first.data.logout.sessionId).toEqual(expect.any(String));
    const second = await auth.client.query(LOGOUT, { variables: { input: {} }, token: accessToken });
    expect(second.data.logout.sessionId).toBeNull();
    const refreshed = await auth.client.query(REFRESH, { variables: { input: { refreshToken } } });
    expect(refreshed.data.refreshSession.code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('ends the session of a refresh token, and nobody else’s', async () => {
    const { refreshToken } = await register('logout-refresh@example.com');
    const forged = `${refreshToken.split('.')[0]}.${'a'.repeat(43)}.${'a'.repeat(43)}`;
    const refused = await auth.client.query(LOGOUT, { variables: { input: { refreshToken: forged } } });
    expect(refused.data.logout.sessionId).toBeNull();
    const ended = await auth.client.query(LOGOUT, { variables: { input: { refreshToken } } });
    expect(ended.data.logout.sessionId).toBe(refreshToken.split('.')[0]);
  });

  it('is no error for somebody who is not signed in', async () => {
    const answer = await auth.client.query(LOGOUT, { variables: { input: {} } });
    expect(answer).toMatchObject({ errors: undefined, data: { logout: { sessionId: null } } });
  });
});
