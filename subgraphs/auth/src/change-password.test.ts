import { hash } from '@node-rs/argon2';
import { hash as hashBcrypt } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest, type SignedInUser } from './auth-test-service.js';

const CHANGE = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { __typename
  ... on PasswordChanged { endedSessions } ... on Problem { code } ... on InvalidInputProblem { fields { path } } } }`;
const NEXT = 'eight louder lanterns';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const change = (user: SignedInUser | undefined, currentPassword: string, newPassword: string) =>
  auth.client.query(CHANGE, {
    variables: { input: { currentPassword, newPassword } },
    token: user?.accessToken,
  });
const hashOf = async (userId: string): Promise<string | undefined> =>
  (
    await auth.database.query<{ password_hash: string }>('SELECT password_hash FROM users WHERE id = $1', [
      userId,
    ])
  )[0]?.password_hash;
const liveSessions = async (userId: string): Promise<string[]> =>
  (
    await auth.database.query<{ id: string }>(
      'SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL',
      [userId],
    )
  ).map(({ id }) => id);

describe('Mutation.changePassword', () => {
  it('changes it and ends every other session', async () => {
    const user = await auth.register('change@example.com');
    await auth.login(user.email);
    expect((await change(user, PASSWORD, NEXT)).data.changePassword).toEqual({
      __typename: 'PasswordChanged',
      endedSessions: 1,
    });
    expect(await liveSessions(user.id)).toEqual([user.sessionId]);
    expect(await auth.login(user.email, PASSWORD)).toBeUndefined();
    expect(await auth.login(user.email, NEXT)).toBeDefined();
  });

  it('refuses a wrong current password, a bad new one and the same one, and writes no user or session', async () => {
    const user = await auth.register('refuse@example.com');
    const before = [await auth.rowsOf('users'), await auth.rowsOf('sessions')];
    expect((await change(user, 'not the password', NEXT)).data.changePassword.code).toBe('WRONG_PASSWORD');
    for (const bad of ['short', 'x'.repeat(129), 'qwertyuiop123', PASSWORD]) {
      const { data } = await change(user, PASSWORD, bad);
      expect(data.changePassword).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: 'newPassword' }] });
    }
    expect((await change(undefined, PASSWORD, NEXT)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect([await auth.rowsOf('users'), await auth.rowsOf('sessions')]).toEqual(before);
  });

  it('refuses a session that has ended', async () => {
    const user = await auth.register('ended@example.com');
    await auth.database.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [user.sessionId]);
    const before = await auth.rowsOf('users');
    expect((await change(user, PASSWORD, NEXT)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await auth.rowsOf('users')).toEqual(before);
  });

  it('lets one of two sessions that change it at once win', async () => {
    const one = await auth.register('both@example.com');
    const two = await auth.login(one.email);
    const answers = await auth.collide('users', [
      () => change(one, PASSWORD, `${NEXT} one`),
      () => change(two, PASSWORD, `${NEXT} two`),
    ]);
    const types = answers.map(({ data }) => data.changePassword.__typename as string);
    expect([...types].sort()).toEqual(['PasswordChanged', 'WrongPasswordProblem']);
    expect(await liveSessions(one.id)).toHaveLength(1);
    const winner = types[0] === 'PasswordChanged' ? 'one' : 'two';
    expect(await auth.login(one.email, `${NEXT} ${winner}`)).toBeDefined();
  });

  it('lets no sign-in with the old password through that it overtook', async () => {
    const user = await auth.register('overtaken@example.com');
    const waitingSignIn =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO sessions%' AND pid <> pg_backend_pid()";
    const [signedIn] = await auth.collide<unknown>('sessions', [
      () => auth.login(user.email),
      async () => {
        while ((await auth.database.query(waitingSignIn)).length === 0) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        // The sign-in waits with its proof in hand.
        await auth.database.query("UPDATE users SET password_hash = 'another' WHERE id = $1", [user.id]);
        await auth.database.query('UPDATE sessions SET ip = ip WHERE false');
      },
    ]);
    expect(signedIn).toBeUndefined();
    expect(await liveSessions(user.id)).toEqual([user.sessionId]);
  });

  it('makes hashes of other parameters anew at sign-in', async () => {
    const user = await auth.register('weak@example.com');
    const weak = await hash(PASSWORD, { algorithm: 2, memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await auth.database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, weak]);
    expect(await auth.login(user.email)).toBeDefined();
    const [row] = await auth.database.query<{ password_hash: string }>(
      'SELECT password_hash FROM users WHERE id = $1',
      [user.id],
    );
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await auth.login(user.email)).toBeDefined();
  });

  it.each([
    ['2a', 4],
    ['2b', 10],
    ['2y', 6],
  ])('lets in who comes with a bcrypt hash $%s$ of cost %d, and makes it anew', async (variant, cost) => {
    const user = await auth.register(`bcrypt-${variant}@example.com`);
    const older = (await hashBcrypt(PASSWORD, cost)).replace(/^\$2b/, `$${variant}`);
    await auth.database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, older]);
    expect(await auth.login(user.email, 'not the password')).toBeUndefined();
    expect(await hashOf(user.id)).toBe(older);
    expect(await auth.login(user.email)).toBeDefined();
    expect(await hashOf(user.id)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await auth.login(user.email)).toBeDefined();
  });

  it('changes a password whose hash is of an older system', async () => {
    const user = await auth.register('bcrypt-change@example.com');
    const older = await hashBcrypt(PASSWORD, 4);
    await auth.database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, older]);
    expect((await change(user, 'not the password', NEXT)).data.changePassword.code).toBe('WRONG_PASSWORD');
    expect((await change(user, PASSWORD, NEXT)).data.changePassword.__typename).toBe('PasswordChanged');
  });

  it.each(['$2b$31$' + '.'.repeat(53), '$2b$10$short', '$2x$04$' + '.'.repeat(53)])(
    'lets nobody in by the hash %s, which costs too much or is none',
    async (hash) => {
      const user = await auth.register(`odd-${hash.length}-${hash[2]}${hash[4]}@example.com`);
      await auth.database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, hash]);
      expect(await auth.login(user.email)).toBeUndefined();
    },
  );

  it('lets nobody into an account whose hash is none', async () => {
    const user = await auth.register('unusable@example.com');
    await auth.database.query("UPDATE users SET password_hash = 'x' WHERE id = $1", [user.id]);
    expect(await auth.login(user.email)).toBeUndefined();
  });
});
