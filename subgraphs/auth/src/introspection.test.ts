import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
import { startAuthUnderTest, type AuthUnderTest, type SignedInUser } from './auth-test-service.js';

let auth: AuthUnderTest;
let person: SignedInUser;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  person = await auth.register('introspected@example.com');
});
afterAll(() => auth.stop());

const introspect = (body: string, headers: Readonly<Record<string, string>> = auth.routerHeaders) =>
  fetch(`${auth.url}/introspect`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
const isActive = async (token: string): Promise<unknown> => {
  const response = await introspect(new URLSearchParams({ token }).toString());
  expect(response.headers.get('cache-control')).toBe('no-store');
  return await response.json();
};

describe('POST /introspect', () => {
  it('is for services with a secret only', async () => {
    expect((await introspect(`token=${person.accessToken}`, {})).status).toBe(403);
    const wrong = { [CALLER_HEADER]: 'router', [SECRET_HEADER]: 'x'.repeat(40) };
    expect((await introspect(`token=${person.accessToken}`, wrong)).status).toBe(403);
  });

  it.each(['', 'token=', 'colour=green'])('refuses the form %j', async (body) => {
    expect((await introspect(body)).status).toBe(400);
  });

  it.each([
    ['is no token', 'nonsense'],
    ['looks like one', 'a.b.c'],
    ['is very long', 'x'.repeat(5_000)],
  ])('says that what %s is not active', async (_, token) => {
    expect(await isActive(token)).toEqual({ active: false });
  });

  it('follows the session, the status and the role, not the signature alone', async () => {
    expect(await isActive(person.accessToken)).toEqual({ active: true });
    await auth.database.query(`UPDATE users SET role = 'VENDOR' WHERE id = $1`, [person.id]);
    expect(await isActive(person.accessToken)).toEqual({ active: false });
    await auth.database.query(`UPDATE users SET role = 'CUSTOMER', status = 'SUSPENDED' WHERE id = $1`, [
      person.id,
    ]);
    expect(await isActive(person.accessToken)).toEqual({ active: false });
    await auth.database.query(`UPDATE users SET status = 'ACTIVE' WHERE id = $1`, [person.id]);
    expect(await isActive(person.accessToken)).toEqual({ active: true });
    await auth.database.query('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [person.id]);
    expect(await isActive(person.accessToken)).toEqual({ active: false });
  });
});
