import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestEventSources, type TestEventSource } from '@supergraph/platform/testing';
import { startAuthUnderTest, type AuthUnderTest, type SignedInUser } from '../auth-test-service.js';
import { eventSchemas } from '../generated/events.js';

let sources: Awaited<ReturnType<typeof startTestEventSources<'admin'>>>;
let adminService: TestEventSource;
let auth: AuthUnderTest;
let admin: SignedInUser;
let people = 0;
beforeAll(async () => {
  sources = await startTestEventSources(['admin'], { readers: ['auth'], eventSchemas });
  adminService = sources.sources.admin;
  auth = await startAuthUnderTest({
    SUPERGRAPH_MODE: 'embedded',
    ADMIN_URLS: adminService.graphqlUrl,
    ADMIN_SECRET_FROM_AUTH: adminService.secret,
  });
  admin = await auth.registerAdmin('admin@example.com');
});
afterAll(async () => {
  await auth.stop();
  await sources.stop();
});
let ada: SignedInUser;
beforeEach(async () => {
  ada = await auth.register(`ada-${(people += 1)}@example.com`);
});

interface Answer {
  readonly type: string;
  readonly actor: string | null;
  readonly data: Readonly<Record<string, unknown>> & {
    readonly stores: ReadonlyArray<{ readonly store: string; readonly rows: number }>;
  };
}
/** Asks as admin does, and waits for what auth tells of it. */
async function request(userId: string, erasureId = randomUUID()): Promise<Answer> {
  await adminService.tell({
    type: 'admin.erasure.requested',
    aggregate: { type: 'erasure', id: erasureId },
    data: { erasureId, userId },
    actor: admin.id,
  });
  return answerTo(erasureId);
}
async function answerTo(erasureId: string): Promise<Answer> {
  for (;;) {
    const answers = await auth.database.query<Answer>(
      `SELECT type, actor, data FROM outbox WHERE data ->> 'erasureId' = $1`,
      [erasureId],
    );
    if (answers[0] !== undefined) {
      expect(answers).toHaveLength(1);
      return answers[0];
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
/** Every table of auth as one text. */
async function everything(): Promise<string> {
  const tables = await auth.database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'auth' AND table_type = 'BASE TABLE'`,
  );
  const rows = [];
  for (const { name } of tables) {
    rows.push(name, await auth.database.query(`SELECT row_to_json(t)::text FROM "${name}" t`));
  }
  return JSON.stringify(rows);
}
const mailsTo = (email: string) =>
  auth.database.query('SELECT 1 FROM outgoing_mails WHERE recipient = $1', [email]);
async function untilMailed(email: string, count: number): Promise<void> {
  while ((await mailsTo(email)).length < count) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const rowsIn = ({ data }: Answer, name: string) => data.stores.find(({ store }) => store === name)?.rows;

describe('admin.erasure.requested', () => {
  it('leaves nothing of the person but the bare id, and tells what it touched', async () => {
    ada = await auth.register('lovelace@example.com');
    const email = ada.email;
    await untilMailed(email, 1);
    await auth.client.query(
      `mutation { requestPasswordReset(input: { email: "${email}" }) { __typename }
        login(input: { email: "${email}", password: "not the password", deviceName: "a device of Ada's" }) { __typename } }`,
    );
    await untilMailed(email, 2);
    await auth.login(email);
    expect(await everything()).toContain(email);
    const answer = await request(ada.id);
    expect(answer).toMatchObject({
      type: 'auth.user.erased',
      actor: admin.id,
      data: { userId: ada.id, version: 2, revokedSessions: expect.arrayContaining([ada.sessionId]) },
    });
    expect(answer.data['revokedSessions']).toHaveLength(2);
    expect(Object.fromEntries(answer.data.stores.map(({ store, rows }) => [store, rows]))).toMatchObject({
      users: 1,
      sessions: 2,
      single_use_tokens: 2,
      outgoing_mails: 2,
      login_failures: 1,
      attempt_counters: 2,
      parked_events: 0,
    });
    expect(rowsIn(answer, 'outbox')).toBeGreaterThanOrEqual(3);
    const left = await everything();
    expect([email, 'lovelace', 'a device of'].filter((trace) => left.includes(trace))).toEqual([]);
    expect(await auth.login(email)).toBeUndefined();
    expect(await auth.login(`erased:${ada.id}`, 'erased')).toBeUndefined();
    const [row] = await auth.database.query('SELECT email, status FROM users WHERE id = $1', [ada.id]);
    expect(row).toEqual({ email: `erased:${ada.id}`, status: 'ERASED' });
  });

  it('leaves nothing of what the person does at the same moment', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const person = await auth.register(`hopper-${turn}@example.com`);
      await untilMailed(person.email, 1);
      await auth.collide<unknown>('users', [
        () => request(person.id),
        () => auth.login(person.email),
        () => auth.login(person.email),
        () =>
          auth.client.query('mutation { signOutEverywhere { endedSessions } }', {
            token: person.accessToken,
          }),
      ]);
      await auth.client.query(
        `mutation { requestPasswordReset(input: { email: "${person.email}" }) { __typename } }`,
      );
    }
    // What is sent after the answers is sent one after the other.
    await untilMailed((await auth.register('after-hopper@example.com')).email, 1);
    const left = (await everything()).replaceAll('after-hopper', '');
    expect(left.includes('hopper')).toBe(false);
    const sessions = await auth.database.query(
      `SELECT 1 FROM sessions JOIN users ON users.id = user_id WHERE status = 'ERASED'`,
    );
    expect(sessions).toEqual([]);
  });

  it('frees the address, and lets nobody take the placeholder', async () => {
    const { email } = ada;
    await request(ada.id);
    const again = await auth.register(email);
    expect(again.id).not.toBe(ada.id);
    const taken = await auth.client.query(
      `mutation { register(input: { email: "erased:${again.id}", password: "seven quiet lanterns", name: "A" }) { ... on Problem { code } } }`,
    );
    expect(taken.data.register.code).toBe('INVALID_INPUT');
    expect((await request(again.id)).type).toBe('auth.user.erased');
  });

  it('shows everybody the bare id, and refuses every change of the account', async () => {
    await request(ada.id);
    const { data } = await auth.client.query(
      `{ user(id: "${ada.id}") { id email name status sessions { id } } }`,
      { token: admin.accessToken },
    );
    expect(data.user).toEqual({ id: ada.id, email: null, name: null, status: 'ERASED', sessions: [] });
    const changed = await auth.client.query(
      `mutation { reinstateUser(input: { userId: "${ada.id}" }) { ... on Problem { code } } }`,
      { token: admin.accessToken },
    );
    expect(changed.data.reinstateUser.code).toBe('USER_ERASED');
    const own = await auth.client.query(
      `mutation { changePassword(input: { currentPassword: "seven quiet lanterns", newPassword: "eight louder lanterns" }) { __typename } }`,
      { token: ada.accessToken },
    );
    expect(own.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    await expect(
      auth.database.query(`UPDATE users SET status = 'ACTIVE' WHERE id = $1`, [ada.id]),
    ).rejects.toThrow('users_erased_people');
    await expect(
      auth.database.query(
        `INSERT INTO users (id, email, password_hash, name) VALUES ($1, 'back@example.com', 'x', 'Ada')
         ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
        [ada.id],
      ),
    ).rejects.toThrow('users_erased_people');
  });

  it('says again what was done when it is asked again, and does it once', async () => {
    await request(ada.id);
    const before = await auth.rowsOf('users');
    const again = await request(ada.id.toUpperCase());
    expect(again).toMatchObject({
      type: 'auth.user.erased',
      data: { userId: ada.id, version: 2, revokedSessions: [] },
    });
    expect(again.data.stores.filter(({ store }) => store !== 'outbox').every(({ rows }) => rows === 0)).toBe(
      true,
    );
    const withoutTimes = (rows: unknown) =>
      JSON.stringify(rows, (key, value: unknown) => (key === 'updated_at' ? 0 : value));
    expect(withoutTimes(await auth.rowsOf('users'))).toBe(withoutTimes(before));
  });

  it('refuses somebody unknown and the last active ADMIN, and changes nothing', async () => {
    await untilMailed(ada.email, 1);
    const tables = () =>
      Promise.all(
        ['users', 'sessions', 'outgoing_mails', 'erased_people'].map((table) => auth.rowsOf(table)),
      );
    const before = await tables();
    const unknown = randomUUID();
    expect(await request(unknown)).toMatchObject({
      type: 'auth.user.erasure_refused',
      data: { userId: unknown, reason: 'UNKNOWN_USER' },
    });
    expect(await request(admin.id)).toMatchObject({
      type: 'auth.user.erasure_refused',
      data: { userId: admin.id, reason: 'LAST_ADMIN' },
    });
    expect(await tables()).toEqual(before);
  });

  it('erases an ADMIN who is not the last, and keeps the one who is left', async () => {
    const other = await auth.registerAdmin(`other-${people}@example.com`);
    expect((await request(other.id)).type).toBe('auth.user.erased');
    expect(await request(admin.id)).toMatchObject({ data: { reason: 'LAST_ADMIN' } });
  });

  it('leaves one of two ADMINs when one is erased while the other resigns', async () => {
    const other = await auth.registerAdmin(`resigning-${people}@example.com`);
    const resign = `mutation { suspendUser(input: { userId: "${admin.id}" }) { ... on Problem { code } } }`;
    const [answer, resigned] = await auth.collide<unknown>('users', [
      () => request(other.id),
      () => auth.client.query(resign, { token: admin.accessToken }),
    ]);
    const left = await auth.database.query("SELECT 1 FROM users WHERE role = 'ADMIN' AND status = 'ACTIVE'");
    expect(left).toHaveLength(1);
    const outcomes = [
      (answer as Answer).type,
      (resigned as { data: { suspendUser: { code?: string } } }).data.suspendUser.code,
    ];
    expect([
      ['auth.user.erased', 'LAST_ADMIN'],
      ['auth.user.erasure_refused', undefined],
    ]).toContainEqual(outcomes);
  });
});
