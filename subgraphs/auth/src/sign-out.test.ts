import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthUnderTest, type AuthUnderTest, type SignedInUser } from './auth-test-service.js';

const SIGN_OUT = 'mutation ($input: SignOutSessionInput!) { signOutSession(input: $input) { sessionId } }';
const OTHERS = 'mutation { signOutOtherSessions { endedSessions } }';
const EVERYWHERE = 'mutation { signOutEverywhere { endedSessions } }';

let auth: AuthUnderTest;
let ben: SignedInUser;
beforeAll(async () => {
  auth = await startAuthUnderTest();
  ben = await auth.register('ben@example.com');
});
afterAll(() => auth.stop());

async function signInThrice(email: string): Promise<ReadonlyArray<SignedInUser>> {
  const sessions = [await auth.register(email), await auth.login(email), await auth.login(email)];
  return sessions.filter((session) => session !== undefined);
}
const liveSessions = async (userId: string): Promise<string[]> =>
  (
    await auth.database.query<{ id: string }>(
      'SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id',
      [userId],
    )
  ).map(({ id }) => id);
const end = (sessionId: string, token?: string) =>
  auth.client.query(SIGN_OUT, { variables: { input: { sessionId } }, token });

describe('Mutation.signOutSession', () => {
  it('ends one of one’s own, once', async () => {
    const [one, two, three] = (await signInThrice('one@example.com')) as [
      SignedInUser,
      SignedInUser,
      SignedInUser,
    ];
    expect((await end(two.sessionId.toUpperCase(), one.accessToken)).data.signOutSession.sessionId).toBe(
      two.sessionId,
    );
    expect((await end(two.sessionId, one.accessToken)).data.signOutSession.sessionId).toBeNull();
    expect(await liveSessions(one.id)).toEqual([one.sessionId, three.sessionId].sort());
  });

  it('leaves somebody else’s and unknown ones alone, and refuses nobody and what is no id', async () => {
    const before = await auth.rowsOf('sessions');
    const stranger = await auth.register('stranger@example.com');
    const more = (await auth.rowsOf('sessions')) as unknown[];
    expect(more).toHaveLength((before as unknown[]).length + 1);
    expect((await end(ben.sessionId, stranger.accessToken)).data.signOutSession.sessionId).toBeNull();
    expect((await end(randomUUID(), stranger.accessToken)).data.signOutSession.sessionId).toBeNull();
    expect((await end('all', stranger.accessToken)).errors?.[0]?.extensions.code).toBe('INVALID_ID');
    expect((await end(ben.sessionId)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await auth.rowsOf('sessions')).toEqual(more);
  });
});

describe('Mutation.signOutOtherSessions', () => {
  it('ends all but the one that asks, and nobody else’s', async () => {
    const [one] = (await signInThrice('others@example.com')) as [SignedInUser];
    const { data } = await auth.client.query(OTHERS, { token: one.accessToken });
    expect(data.signOutOtherSessions).toEqual({ endedSessions: 2 });
    expect(await liveSessions(one.id)).toEqual([one.sessionId]);
    expect(await liveSessions(ben.id)).toEqual([ben.sessionId]);
    expect((await auth.client.query(OTHERS)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('Mutation.signOutEverywhere', () => {
  it('ends all of one’s own, and nobody else’s', async () => {
    const [one] = (await signInThrice('everywhere@example.com')) as [SignedInUser];
    const { data } = await auth.client.query(EVERYWHERE, { token: one.accessToken });
    expect(data.signOutEverywhere).toEqual({ endedSessions: 3 });
    expect(await liveSessions(one.id)).toEqual([]);
    expect(await liveSessions(ben.id)).toEqual([ben.sessionId]);
    expect((await auth.client.query(EVERYWHERE)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
