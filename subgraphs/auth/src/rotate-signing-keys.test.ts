import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testTelemetry } from '@supergraph/platform/testing';
import { decodeProtectedHeader } from 'jose';
import { startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';
import { rotateSigningKeys } from './rotate-signing-keys.js';

const KEY_SECRET = 'a-key-encryption-secret-for-tests';

let auth: AuthUnderTest;
beforeEach(async () => {
  auth = await startAuthUnderTest();
});
afterEach(() => auth.stop());

const rotate = (databaseUrl = auth.database.ownerUrl) =>
  rotateSigningKeys(
    { databaseUrl, keyEncryptionSecret: KEY_SECRET, accessTokenSeconds: 900 },
    testTelemetry('auth'),
  );
/** Lets time pass for the keys. */
const secondsPass = (seconds: number) =>
  auth.database.query(
    `UPDATE signing_keys SET signs_from = signs_from - $1 * interval '1 s', retired_at = retired_at - $1 * interval '1 s'`,
    [seconds],
  );
const keyOf = (accessToken: string | undefined): string | undefined =>
  decodeProtectedHeader(accessToken ?? '').kid;
/** Runs a replica that has read no keys yet, as every replica is half a minute after a change. */
async function onFreshReplica<Answer>(
  work: (replica: Awaited<ReturnType<AuthUnderTest['startReplica']>>) => Promise<Answer>,
): Promise<Answer> {
  const replica = await auth.startReplica();
  try {
    return await work(replica);
  } finally {
    await replica.stop();
  }
}
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { accessToken } } }`;
const signInOnFreshReplica = (email: string): Promise<string> =>
  onFreshReplica(async (replica) => {
    const { data } = await replica.query(LOGIN, {
      variables: { input: { email, password: 'seven quiet lanterns' } },
    });
    return data.login.accessToken as string;
  });
const publishedOnFreshReplica = (): Promise<ReadonlyArray<string>> =>
  onFreshReplica(async ({ url }) => {
    const response = await fetch(`${url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: ReadonlyArray<{ kid: string; d?: string }> };
    expect(keys.every(({ d }) => d === undefined)).toBe(true);
    return keys.map(({ kid }) => kid);
  });
const isAccepted = (token: string): Promise<boolean> =>
  onFreshReplica(async (replica) => (await replica.query('{ me { id } }', { token })).errors === undefined);

describe('rotateSigningKeys', () => {
  it('publishes the new key before it signs, and keeps the old one until its last token has ended', async () => {
    const { accessToken: before, email } = await auth.register('rotation@example.com');
    const oldKey = keyOf(before);
    const { added, signsFrom, othersRetireAt } = await rotate();
    expect(added).toBe(true);
    // Longer than verifiers take to fetch the set again, a cache on the way and the replicas' memory included.
    const publishedFor = signsFrom.getTime() - Date.now();
    expect(publishedFor).toBeGreaterThan(150_000 - 1_000);
    expect((othersRetireAt?.getTime() ?? 0) - signsFrom.getTime()).toBeGreaterThan(900_000);

    const [newKey] = (await publishedOnFreshReplica()).filter((kid) => kid !== oldKey);
    expect(newKey).toBeDefined();
    expect(keyOf(await signInOnFreshReplica(email))).toBe(oldKey);

    // Far enough from the moment that a slow machine does not pass it by itself.
    await secondsPass(publishedFor / 1_000 - 30);
    const last = await signInOnFreshReplica(email);
    expect(keyOf(last)).toBe(oldKey);

    await secondsPass(31);
    const after = await signInOnFreshReplica(email);
    expect(keyOf(after)).toBe(newKey);
    for (const token of [before, last, after]) {
      expect(await isAccepted(token)).toBe(true);
    }

    await secondsPass(860);
    expect(await isAccepted(last)).toBe(true);
    await secondsPass(100);
    expect(await publishedOnFreshReplica()).toEqual([newKey]);
    expect(await isAccepted(last)).toBe(false);
    expect(await isAccepted(after)).toBe(true);
  });

  it('adds one key when two commands run at once, and none while one waits', async () => {
    await auth.register('twice@example.com');
    const outcomes = await Promise.all([rotate(), rotate()]);
    expect(outcomes.map(({ added }) => added).sort()).toEqual([false, true]);
    expect(outcomes[0]?.signsFrom).toEqual(outcomes[1]?.signsFrom);
    const rows = await auth.rowsOf('signing_keys');
    expect((await rotate()).added).toBe(false);
    expect(await auth.rowsOf('signing_keys')).toEqual(rows);
  });

  it('is refused to the service’s own role, which may not retire keys', async () => {
    await auth.register('role@example.com');
    const rows = await auth.rowsOf('signing_keys');
    await expect(rotate(auth.database.serviceUrl)).rejects.toThrow();
    expect(await auth.rowsOf('signing_keys')).toEqual(rows);
  });
});
