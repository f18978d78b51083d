import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startAuthUnderTest, type AuthUnderTest, type SignedInUser } from './auth-test-service.js';

const RESULT = `{ __typename ... on UserChanged { user { id role status } } ... on Problem { code message } }`;
const CHANGE_ROLE = `mutation ($input: ChangeUserRoleInput!) { changeUserRole(input: $input) ${RESULT} }`;
const SUSPEND = `mutation ($input: SuspendUserInput!) { suspendUser(input: $input) ${RESULT} }`;
const REINSTATE = `mutation ($input: ReinstateUserInput!) { reinstateUser(input: $input) ${RESULT} }`;

const RUNS = process.env['SUPERGRAPH_TEST_FULL'] === undefined ? 15 : 200;

let auth: AuthUnderTest;
let admin: SignedInUser;
let people = 0;
const newPerson = () => auth.register(`person-${(people += 1)}@example.com`);
const newAdmin = () => auth.registerAdmin(`admin-${(people += 1)}@example.com`);
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
/** The guard itself must be told to let them go. */
const letAdminsGo = () =>
  auth.database.query(
    `SET session_replication_role = replica; UPDATE users SET role = 'CUSTOMER'; RESET session_replication_role`,
  );
beforeEach(async () => {
  // One ADMIN alone at the start of every test.
  await letAdminsGo();
  admin = await newAdmin();
});
afterAll(() => auth.stop());

const ask = (document: string, input: object, token?: string) =>
  auth.client.query(document, { variables: { input }, token });
const changeRole = async (by: SignedInUser, userId: string, role: string) =>
  (await ask(CHANGE_ROLE, { userId, role }, by.accessToken)).data?.changeUserRole;
const suspend = async (by: SignedInUser, userId: string) =>
  (await ask(SUSPEND, { userId }, by.accessToken)).data?.suspendUser;
const reinstate = async (by: SignedInUser, userId: string) =>
  (await ask(REINSTATE, { userId }, by.accessToken)).data?.reinstateUser;
const activeAdmins = async (): Promise<number> =>
  (await auth.database.query("SELECT 1 FROM users WHERE role = 'ADMIN' AND status = 'ACTIVE'")).length;
const isSignedIn = async (user: SignedInUser): Promise<boolean> =>
  (await auth.database.query('SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL', [user.sessionId]))
    .length === 1;
const tables = async () => [await auth.rowsOf('users'), await auth.rowsOf('sessions')];

describe('Mutation.changeUserRole', () => {
  it('gives another role and ends the sessions that carry the old one; the next carries the new', async () => {
    const person = await newPerson();
    expect(await changeRole(admin, person.id, 'VENDOR')).toEqual({
      __typename: 'UserChanged',
      user: { id: person.id, role: 'VENDOR', status: 'ACTIVE' },
    });
    expect(await isSignedIn(person)).toBe(false);
    const again = await auth.login(person.email);
    const claims = JSON.parse(
      Buffer.from(again?.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    expect(claims).toMatchObject({ role: 'VENDOR', scope: 'profile payments reports' });
  });

  it('changes nothing, and ends nothing, when the role is so already', async () => {
    const person = await newPerson();
    const before = await tables();
    expect((await changeRole(admin, person.id, 'CUSTOMER')).__typename).toBe('UserChanged');
    expect(await tables()).toEqual(before);
  });

  it('refuses to demote the last active ADMIN', async () => {
    const before = await tables();
    expect(await changeRole(admin, admin.id, 'VENDOR')).toMatchObject({
      __typename: 'LastAdminProblem',
      code: 'LAST_ADMIN',
    });
    expect(await tables()).toEqual(before);
  });

  it('refuses an ADMIN who was demoted or signed out while the token lives on', async () => {
    const [demoted, signedOut, person] = [await newAdmin(), await newAdmin(), await newPerson()];
    await changeRole(admin, demoted.id, 'CUSTOMER');
    await auth.database.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [signedOut.sessionId]);
    const before = await tables();
    for (const by of [demoted, signedOut]) {
      const answer = await ask(CHANGE_ROLE, { userId: person.id, role: 'ADMIN' }, by.accessToken);
      expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    expect(await tables()).toEqual(before);
  });

  it('leaves one of two ADMINs who demote each other at the same moment', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const other = await newAdmin();
      await auth.collide('users', [
        () => changeRole(admin, other.id, 'CUSTOMER'),
        () => changeRole(other, admin.id, 'CUSTOMER'),
      ]);
      expect(await activeAdmins()).toBe(1);
      const [left] = await auth.database.query<{ email: string }>(
        "SELECT email FROM users WHERE role = 'ADMIN' AND status = 'ACTIVE'",
      );
      admin = (await auth.login(left?.email ?? '')) as SignedInUser;
    }
  });

  it('leaves one of four ADMINs who resign at the same moment, each by their own row', async () => {
    const admins = [admin, await newAdmin(), await newAdmin(), await newAdmin()];
    const answers = await auth.collide(
      'users',
      admins.map(
        (one, index) => () => (index % 2 === 0 ? suspend(one, one.id) : changeRole(one, one.id, 'VENDOR')),
      ),
    );
    expect(answers.filter(({ __typename }) => __typename === 'LastAdminProblem')).toHaveLength(1);
    expect(await activeAdmins()).toBe(1);
  });
});

describe('whatever ADMINs do to one another at the same moment', () => {
  it(`one of them is left, and what was told is what was done (${RUNS} runs)`, async () => {
    let ran = 0;
    const action = fc.constantFrom('demote', 'suspend');
    const plan = fc.integer({ min: 2, max: 4 }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        // Each acts once, on anybody, itself among them.
        acts: fc.array(fc.record({ on: fc.nat(count - 1), action }), { minLength: count, maxLength: count }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(plan, async ({ count, acts }) => {
        ran += 1;
        await letAdminsGo();
        const admins: SignedInUser[] = [];
        for (let index = 0; index < count; index += 1) {
          admins.push(await newAdmin());
        }
        await auth.database.query('DELETE FROM outbox');
        await auth.collide(
          'users',
          acts.map((act, index) => () => {
            const [by, on] = [admins[index], admins[act.on]] as [SignedInUser, SignedInUser];
            return act.action === 'demote' ? changeRole(by, on.id, 'CUSTOMER') : suspend(by, on.id);
          }),
        );
        const left = await activeAdmins();
        expect(left).toBeGreaterThanOrEqual(1);
        const told = await auth.database.query<{ aggregate_id: string }>(
          "SELECT DISTINCT aggregate_id FROM outbox WHERE type IN ('auth.user.role_changed', 'auth.user.suspended')",
        );
        expect(told).toHaveLength(count - left);
      }),
      { numRuns: RUNS },
    );
    expect(ran).toBe(RUNS);
  }, 600_000);
});

describe('the guard in the database', () => {
  it('refuses whoever writes past the service, also all ADMINs in one statement', async () => {
    await newAdmin();
    await expect(
      auth.database.query("UPDATE users SET role = 'CUSTOMER' WHERE role = 'ADMIN'"),
    ).rejects.toThrow('users_last_active_admin');
    await expect(auth.database.query("UPDATE users SET status = 'ERASED'")).rejects.toThrow(
      'users_last_active_admin',
    );
    expect(await activeAdmins()).toBe(2);
  });

  it('lets those who write past the service come one after the other', async () => {
    const other = await newAdmin();
    // Each keeps its change uncommitted until the other waits for it, or for a second when the other does not.
    const resign = (id: string) =>
      auth.database.query(`DO $$ BEGIN
        UPDATE users SET role = 'CUSTOMER' WHERE id = '${id}';
        FOR attempt IN 1..100 LOOP
          PERFORM pg_stat_clear_snapshot();
          EXIT WHEN EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock');
          PERFORM pg_sleep(0.01);
        END LOOP;
      END $$`);
    const outcomes = await Promise.allSettled([resign(admin.id), resign(other.id)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await activeAdmins()).toBe(1);
  });
});

describe('Mutation.suspendUser and Mutation.reinstateUser', () => {
  it('closes an account and its sessions, and opens it again', async () => {
    const person = await newPerson();
    expect((await suspend(admin, person.id)).user.status).toBe('SUSPENDED');
    expect(await isSignedIn(person)).toBe(false);
    expect(await auth.login(person.email)).toBeUndefined();
    expect((await suspend(admin, person.id)).user.status).toBe('SUSPENDED');
    expect((await reinstate(admin, person.id)).user.status).toBe('ACTIVE');
    expect(await auth.login(person.email)).toBeDefined();
  });

  it('refuses to suspend the last active ADMIN, a suspended one counting as none', async () => {
    const other = await newAdmin();
    expect((await suspend(admin, other.id)).__typename).toBe('UserChanged');
    const before = await tables();
    expect((await suspend(admin, admin.id)).code).toBe('LAST_ADMIN');
    expect(await tables()).toEqual(before);
  });
});

describe('all three', () => {
  const OPERATIONS = [
    [CHANGE_ROLE, 'changeUserRole', { role: 'VENDOR' }],
    [SUSPEND, 'suspendUser', {}],
    [REINSTATE, 'reinstateUser', {}],
  ] as const;

  it.each(OPERATIONS)('%s refuses an unknown and an erased account', async (document, name, more) => {
    const erased = await newPerson();
    await auth.database.query("UPDATE users SET status = 'ERASED' WHERE id = $1", [erased.id]);
    const before = await tables();
    const unknown = await ask(document, { userId: randomUUID(), ...more }, admin.accessToken);
    expect(unknown.data[name].code).toBe('USER_NOT_FOUND');
    const forgotten = await ask(document, { userId: erased.id, ...more }, admin.accessToken);
    expect(forgotten.data[name].code).toBe('USER_ERASED');
    expect(await tables()).toEqual(before);
  });

  it.each(OPERATIONS)('%s is for ADMIN only, and takes ids only', async (document, _name, more) => {
    const [person, stranger] = [await newPerson(), await newPerson()];
    const before = await tables();
    const code = async (userId: string, token?: string) =>
      (await ask(document, { userId, ...more }, token)).errors?.[0]?.extensions.code;
    expect(await code(person.id)).toBe('UNAUTHENTICATED');
    expect(await code(person.id, person.accessToken)).toBe('FORBIDDEN');
    expect(await code(person.id, stranger.accessToken)).toBe('FORBIDDEN');
    expect(await code('1', admin.accessToken)).toBe('INVALID_ID');
    expect(await tables()).toEqual(before);
  });
});
