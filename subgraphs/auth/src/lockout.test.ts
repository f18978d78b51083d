import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { __typename ... on Problem { code message } } }`;

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const login = async (email: string, password: string) =>
  auth.client.query(LOGIN, { variables: { input: { email, password } } });
const fail = async (email: string, times: number): Promise<void> => {
  for (let turn = 0; turn < times; turn += 1) {
    expect((await login(email, 'not the password')).data.login.code).toBe('INVALID_CREDENTIALS');
  }
};
const minutesPass = (minutes: number) =>
  auth.database.query(
    `UPDATE login_failures SET last_failed_at = last_failed_at - $1 * interval '1 minute',
       locked_until = locked_until - $1 * interval '1 minute'`,
    [minutes],
  );

describe('Mutation.login', () => {
  it('is shut for 15 minutes by the fifth failure, with the answer of a wrong password', async () => {
    await auth.register('locked@example.com');
    await fail('locked@example.com', 5);
    expect((await login('LOCKED@example.com ', PASSWORD)).data.login).toEqual(
      (await login('nobody@example.com', PASSWORD)).data.login,
    );
    await minutesPass(14);
    expect(await auth.login('locked@example.com')).toBeUndefined();
    await minutesPass(1);
    expect(await auth.login('locked@example.com')).toBeDefined();
  });

  it('forgets four failures when the right password comes, and when a quarter of an hour has passed', async () => {
    await auth.register('forgets@example.com');
    await fail('forgets@example.com', 4);
    expect(await auth.login('forgets@example.com')).toBeDefined();
    await fail('forgets@example.com', 4);
    await minutesPass(16);
    await fail('forgets@example.com', 4);
    expect(await auth.login('forgets@example.com')).toBeDefined();
  });

  it('counts an address without an account like one with', async () => {
    const email = 'not-yet@example.com';
    await fail(email, 5);
    const [row] = await auth.database.query<{ failures: number }>(
      'SELECT failures FROM login_failures WHERE locked_until > now() ORDER BY last_failed_at DESC LIMIT 1',
    );
    expect(row?.failures).toBe(5);
    await auth.register(email);
    expect(await auth.login(email)).toBeUndefined();
  });

  it('costs as many statements for an unknown address as for a known and for a locked one', async () => {
    await auth.register('statements@example.com');
    const known = await login('statements@example.com', 'not the password');
    const unknown = await login('statements-unknown@example.com', 'not the password');
    await fail('statements@example.com', 4);
    const locked = await login('statements@example.com', PASSWORD);
    expect([unknown.sqlStatements, locked.sqlStatements]).toEqual([known.sqlStatements, known.sqlStatements]);
  });

  it('counts guesses sent all at once like guesses in turn', async () => {
    const email = 'burst@example.com';
    await auth.register(email);
    await auth.collide(
      'login_failures',
      Array.from({ length: 8 }, () => () => login(email, 'not the password')),
    );
    expect(await auth.login(email)).toBeUndefined();
  });

  it('names nobody in its table', async () => {
    await fail('secret-name@example.com', 1);
    expect(JSON.stringify(await auth.rowsOf('login_failures'))).not.toContain('secret-name');
  });

  it('counts wrong current passwords of a change, so that a stolen access token finds out nothing', async () => {
    const user = await auth.register('stolen@example.com');
    const change = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { ... on Problem { code } } }`;
    for (let turn = 0; turn < 5; turn += 1) {
      await auth.client.query(change, {
        variables: { input: { currentPassword: `guess ${turn}`, newPassword: 'eight louder lanterns' } },
        token: user.accessToken,
      });
    }
    const right = await auth.client.query(change, {
      variables: { input: { currentPassword: PASSWORD, newPassword: 'eight louder lanterns' } },
      token: user.accessToken,
    });
    expect(right.data.changePassword.code).toBe('WRONG_PASSWORD');
  });
});
