import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';

const PROBLEM = '__typename ... on Problem { code } ... on TooManyAttemptsProblem { retryAfterSeconds }';
const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { ${PROBLEM} } }`;
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ${PROBLEM} } }`;

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest({ AUTH_REGISTRATIONS_PER_HOUR: '3', AUTH_LOGINS_PER_MINUTE: '3' });
});
afterAll(() => auth.stop());

const register = (ip: string, email: string) =>
  auth.clientAt(ip)(REGISTER, { variables: { input: { email, password: PASSWORD, name: 'R' } } });
const login = (ip: string) =>
  auth.clientAt(ip)(LOGIN, { variables: { input: { email: 'rate@example.com', password: PASSWORD } } });

describe('Mutation.register', () => {
  it('lets one client in so often, writes nothing after, and lets others in', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await register('203.0.113.1', `r${turn}@example.com`)).data.register.__typename).toBe(
        'SignedIn',
      );
    }
    const before = [await auth.rowsOf('users'), await auth.rowsOf('sessions')];
    const refused = (await register('203.0.113.1', 'r3@example.com')).data.register;
    expect(refused).toMatchObject({ __typename: 'TooManyAttemptsProblem', code: 'TOO_MANY_ATTEMPTS' });
    expect(refused.retryAfterSeconds).toBeGreaterThan(0);
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(3_600);
    expect([await auth.rowsOf('users'), await auth.rowsOf('sessions')]).toEqual(before);
    expect((await register('203.0.113.2', 'r4@example.com')).data.register.__typename).toBe('SignedIn');
  });

  it('takes the addresses of one IPv6 network for one client', async () => {
    const answers = [];
    for (let turn = 0; turn < 4; turn += 1) {
      answers.push(await register(`2001:db8::${turn + 1}`, `v6-${turn}@example.com`));
    }
    expect(answers.map(({ data }) => data.register.__typename as string)).toEqual([
      'SignedIn',
      'SignedIn',
      'SignedIn',
      'TooManyAttemptsProblem',
    ]);
  });
});

describe('Mutation.login', () => {
  it('lets exactly so many of eight at once try, and all again when the window has passed', async () => {
    await auth.register('rate@example.com');
    const answers = await auth.collide(
      'attempt_counters',
      Array.from({ length: 8 }, () => () => login('203.0.113.9')),
    );
    const types = answers.map(({ data }) => data.login.__typename as string);
    expect(types.filter((type) => type === 'SignedIn')).toHaveLength(3);
    expect(types.filter((type) => type === 'TooManyAttemptsProblem')).toHaveLength(5);
    await auth.database.query('UPDATE attempt_counters SET window_ends = now()');
    expect((await login('203.0.113.9')).data.login.__typename).toBe('SignedIn');
  });

  it('names no client in its table', async () => {
    await login('203.0.113.77');
    expect(JSON.stringify(await auth.rowsOf('attempt_counters'))).not.toContain('203.0.113');
  });
});
