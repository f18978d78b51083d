import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest;
let cookie: string;

beforeAll(async () => {
  system = await startSystemUnderTest();
});
afterAll(() => system.stop());

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { accessToken refreshToken } } }`;
const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  __typename ... on SignedIn { accessToken refreshToken } } }`;
const login = (tokenDelivery: 'COOKIE' | 'BODY') =>
  ask(system.endpoint, LOGIN, {
    variables: {
      input: { email: 'customer@example.com', password: 'violet-harbor-42-lantern', tokenDelivery },
    },
  });
const refresh = (headers: Readonly<Record<string, string>>) =>
  ask(system.endpoint, REFRESH, { variables: { input: {} }, headers });

describe('a browser', () => {
  it('gets its refresh token in a cookie that no script can read, and not in the body', async () => {
    const { data, headers } = await login('COOKIE');
    expect(data.login).toEqual({ accessToken: expect.any(String), refreshToken: '' });
    const [set] = headers.getSetCookie();
    expect(set).toMatch(/^refresh_token=\S+;.*Path=\/graphql/i);
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Strict/i);
    cookie = set?.split(';')[0] ?? '';
  });

  it('refreshes by it, and gets the next one', async () => {
    const { data, headers } = await refresh({ cookie });
    expect(data.refreshSession).toEqual({
      __typename: 'SignedIn',
      accessToken: expect.any(String),
      refreshToken: '',
    });
    const next = headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(next).toMatch(/^refresh_token=\S+/);
    expect(next).not.toBe(cookie);
    cookie = next;
  });

  it('cannot put a token into the router’s own header, and its cookie is nobody else’s', async () => {
    const token = decodeURIComponent(cookie.slice('refresh_token='.length));
    const forged = await refresh({ 'x-refresh-token': token });
    expect(forged.data.refreshSession.__typename).not.toBe('SignedIn');
    const query = await ask(system.endpoint, '{ me { id } }', { headers: { cookie } });
    expect(query.headers.getSetCookie()).toEqual([]);
    expect(query.data).toEqual({ me: null });
  });

  it('loses it by signing out', async () => {
    const signedIn = await refresh({ cookie });
    const { headers } = await ask(system.endpoint, 'mutation { logout(input: {}) { __typename } }', {
      token: signedIn.data.refreshSession.accessToken as string,
      headers: { cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '' },
    });
    expect(headers.getSetCookie()[0]).toMatch(/^refresh_token=;/);
  });
});

describe('a program', () => {
  it('gets its refresh token in the body, and no cookie', async () => {
    const { data, headers } = await login('BODY');
    expect(data.login.refreshToken).not.toBe('');
    expect(headers.getSetCookie()).toEqual([]);
  });
});
