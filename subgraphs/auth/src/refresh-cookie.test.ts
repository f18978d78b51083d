import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest, type SignedInUser } from './auth-test-service.js';

const SIGNED_IN = '... on SignedIn { accessToken refreshToken } ... on Problem { code }';

let auth: AuthUnderTest;
let user: SignedInUser;
beforeAll(async () => {
  auth = await startAuthUnderTest();
  user = await auth.register('browser@example.com');
});
afterAll(() => auth.stop());

interface Answered {
  readonly result: {
    readonly code?: string;
    readonly refreshToken?: string;
    readonly accessToken?: string;
    readonly sessionId?: string | null;
  };
  readonly cookies: ReadonlyArray<string>;
}
/** Asks as the router does that passes on a browser's cookie. */
async function ask(
  call: string,
  { cookie, token, url = auth.url }: { cookie?: string; token?: string; url?: string } = {},
): Promise<Answered> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      ...auth.routerHeaders,
      'content-type': 'application/json',
      ...(cookie === undefined ? {} : { 'x-refresh-token': cookie }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: `mutation { result: ${call} }` }),
  });
  const { data } = (await response.json()) as { data: { result: Answered['result'] } };
  return { result: data.result, cookies: response.headers.getSetCookie() };
}
const login = (delivery = '', url?: string) =>
  ask(`login(input: { email: "${user.email}", password: "${PASSWORD}" ${delivery} }) { ${SIGNED_IN} }`, {
    ...(url === undefined ? {} : { url }),
  });
const refresh = (input: string, cookie?: string) =>
  ask(`refreshSession(input: { ${input} }) { ${SIGNED_IN} }`, cookie === undefined ? {} : { cookie });
const logout = (input: string, more: { cookie?: string; token?: string } = {}) =>
  ask(`logout(input: { ${input} }) { sessionId }`, more);
const COOKIE = 'tokenDelivery: COOKIE';
const valueOf = ({ cookies }: Answered): string =>
  /^refresh_token=([\w.-]+); /.exec(cookies[0] ?? '')?.[1] ?? '';
const CLEARED = 'refresh_token=; Path=/graphql; Max-Age=0; HttpOnly; SameSite=Strict; Secure';
const isLive = async (sessionId: string): Promise<boolean> =>
  (await auth.database.query('SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL', [sessionId]))
    .length === 1;

describe('the refresh token in a cookie', () => {
  it('is sent when it is asked for, out of reach of scripts, and is not in the answer', async () => {
    const answer = await login(COOKIE);
    expect(answer.cookies).toHaveLength(1);
    expect(answer.cookies[0]).toMatch(
      /^refresh_token=[\w.-]{120,}; Path=\/graphql; Max-Age=(2592000|25919\d\d); HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(answer.result.refreshToken).toBe('');
    expect(answer.result.accessToken).toBeDefined();
    const registered = await ask(
      `register(input: { email: "cookie@example.com", password: "${PASSWORD}", name: "A", ${COOKIE} }) { ${SIGNED_IN} }`,
    );
    expect([registered.cookies.length, registered.result.refreshToken]).toEqual([1, '']);
  });

  it('is not sent to those who did not ask, nor when nobody was signed in', async () => {
    for (const delivery of ['', 'tokenDelivery: BODY']) {
      const answer = await login(delivery);
      expect(answer.cookies).toEqual([]);
      expect(answer.result.refreshToken).toMatch(/^[\w.-]{120,}$/);
    }
    const wrong = await ask(
      `login(input: { email: "${user.email}", password: "not the password", ${COOKIE} }) { ${SIGNED_IN} }`,
    );
    expect([wrong.result.code, wrong.cookies]).toEqual(['INVALID_CREDENTIALS', []]);
  });

  it('goes over plain HTTP on the embedded default only', async () => {
    const embedded = await auth.startReplica({ SUPERGRAPH_MODE: 'embedded' });
    const { cookies } = await login(COOKIE, embedded.url);
    await embedded.stop();
    expect(cookies[0]).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  it('is exchanged for the next, in a cookie again whatever is asked for', async () => {
    let cookie = valueOf(await login(COOKIE));
    for (const delivery of ['', 'tokenDelivery: BODY', COOKIE]) {
      const answer = await refresh(delivery, cookie);
      expect(answer.result).toMatchObject({ refreshToken: '' });
      expect(valueOf(answer)).not.toBe(cookie);
      cookie = valueOf(answer);
    }
    expect(await isLive(cookie.split('.')[0] ?? '')).toBe(true);
  });

  it('comes after the one in the body, which can move into a cookie', async () => {
    const [one, other] = [await login(), await login(COOKIE)];
    const moved = await refresh(
      `refreshToken: "${one.result.refreshToken ?? ''}", ${COOKIE}`,
      valueOf(other),
    );
    expect(valueOf(moved).split('.')[0]).toBe(one.result.refreshToken?.split('.')[0]);
    const stays = await refresh(`refreshToken: "${valueOf(moved)}"`);
    expect([stays.cookies, stays.result.refreshToken?.length]).toEqual([[], valueOf(moved).length]);
  });

  it('is taken away when it is good no longer', async () => {
    for (const cookie of ['nonsense', `${user.sessionId}.${'a'.repeat(43)}.${'a'.repeat(43)}`]) {
      const answer = await refresh('', cookie);
      expect([answer.result.code, answer.cookies]).toEqual(['INVALID_REFRESH_TOKEN', [CLEARED]]);
    }
    const without = await refresh('');
    expect([without.result.code, without.cookies]).toEqual(['INVALID_REFRESH_TOKEN', []]);
    expect(await isLive(user.sessionId)).toBe(true);
  });

  it('ends with its session, without an access token, and is taken away', async () => {
    const cookie = valueOf(await login(COOKIE));
    const [sessionId] = cookie.split('.') as [string];
    const answer = await logout('', { cookie });
    expect([answer.result.sessionId, answer.cookies]).toEqual([sessionId, [CLEARED]]);
    expect(await isLive(sessionId)).toBe(false);
    expect((await refresh('', cookie)).result.code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('lets the access token end its session when the cookie has none', async () => {
    const session = (await auth.login(user.email)) as SignedInUser;
    const answer = await logout('', { cookie: 'nonsense', token: session.accessToken });
    expect([answer.result.sessionId, answer.cookies]).toEqual([session.sessionId, [CLEARED]]);
    expect((await logout('')).cookies).toEqual([]);
  });
});
