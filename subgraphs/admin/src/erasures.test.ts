import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson } from './domain/canonical-json.js';
import { registered, startAdminWithSources, stepDone, until, type AdminWithSources } from './test-support.js';

const ERASURE = `id state endedAt refusal overdue certificate certificateHash requestedAt
  user { __typename id } requestedBy { id }
  steps { service state attempts startedAt deadline overdue completedAt stores { store rows action reason } }`;

let system: AdminWithSources;
const adminId = randomUUID();
let adminToken: string;
beforeAll(async () => {
  // Long enough that nothing is overdue by itself; the tests of that set the clock.
  system = await startAdminWithSources({ ADMIN_ERASURE_STEP_DEADLINE_SECONDS: '86400' });
  adminToken = await system.admin.identity.tokenFor({ userId: adminId, role: 'ADMIN' });
});
afterAll(() => system.stop());

const query = <Row extends Record<string, unknown>>(text: string, values?: unknown[]) =>
  system.admin.database.query<Row>(text, values);
const request = async (userId: string, token: string | undefined = adminToken) => {
  const { data, errors } = await system.admin.client.query(
    `mutation ($input: RequestErasureInput!) { requestErasure(input: $input) { isNew erasure { ${ERASURE} } } }`,
    { variables: { input: { userId } }, token },
  );
  return { payload: data?.requestErasure, code: errors?.[0]?.extensions.code };
};
const read = async (id: string) =>
  (
    await system.admin.client.query(`query ($id: ID!) { erasure(id: $id) { ${ERASURE} } }`, {
      variables: { id },
      token: adminToken,
    })
  ).data.erasure;
const states = (erasure: { steps: { service: string; state: string }[] }) =>
  Object.fromEntries(erasure.steps.map(({ service, state }) => [service, state]));
const untilState = (id: string, state: string) =>
  until(async () => {
    const erasure = await read(id);
    return erasure.state === state && erasure;
  });
const told = (erasureId: string) =>
  query(
    `SELECT type, aggregate_type, aggregate_id, data, actor FROM outbox
      WHERE data ->> 'erasureId' = $1 ORDER BY sequence`,
    [erasureId],
  );

/** Somebody whom admin knows and who did something, with an erasure that was asked for. */
async function openErasure(): Promise<{ readonly userId: string; readonly erasureId: string }> {
  const userId = randomUUID();
  await system.sources.auth.tell(registered(userId));
  await until(async () => (await query('SELECT 1 FROM users WHERE id = $1', [userId])).length > 0);
  await until(
    async () => (await query('SELECT 1 FROM audit_entries WHERE resource_id = $1', [userId])).length > 0,
  );
  const { payload } = await request(userId);
  return { userId, erasureId: payload.erasure.id };
}

describe('Mutation.requestErasure', () => {
  it('opens an erasure, tells it, records who asked, and waits for auth', async () => {
    const userId = randomUUID();
    const { payload } = await request(userId);
    expect(payload).toMatchObject({
      isNew: true,
      erasure: {
        state: 'RUNNING',
        user: { __typename: 'User', id: userId },
        requestedBy: { id: adminId },
        endedAt: null,
        overdue: false,
        certificate: null,
      },
    });
    const { id } = payload.erasure;
    expect(payload.erasure.steps.map((step: { service: string; state: string }) => step.state)).toEqual([
      'RUNNING',
      'WAITING',
      'WAITING',
      'WAITING',
    ]);
    expect(await told(id)).toEqual([
      {
        type: 'admin.erasure.requested',
        aggregate_type: 'erasure',
        aggregate_id: id,
        data: { erasureId: id, userId },
        actor: adminId,
      },
    ]);
    expect(
      await query(
        `SELECT e.action, d.actor_id, d.details FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id
          WHERE e.resource_type = 'erasure' AND e.resource_id = $1`,
        [id],
      ),
    ).toEqual([{ action: 'erasure.requested', actor_id: adminId, details: { userId } }]);
  });

  it('opens one a person, however many ask at the same moment', async () => {
    const userId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => request(userId)));
    expect(answers.filter(({ payload }) => payload.isNew)).toHaveLength(1);
    expect(new Set(answers.map(({ payload }) => payload.erasure.id)).size).toBe(1);
    expect(await told(answers[0]!.payload.erasure.id)).toHaveLength(1);
  });

  it('refuses who is no ADMIN and what is no id, and changes nothing', async () => {
    const before = await query('SELECT count(*) FROM erasures');
    const customer = await system.admin.identity.tokenFor();
    expect((await request(randomUUID(), customer)).code).toBe('FORBIDDEN');
    expect((await request('nobody', customer)).code).toBe('FORBIDDEN');
    expect((await request('nobody')).code).toBe('INVALID_ID');
    expect(await query('SELECT count(*) FROM erasures')).toEqual(before);
  });
});

describe('an erasure', () => {
  it('goes from step to step to its certificate, and leaves nothing of the person', async () => {
    const { userId, erasureId } = await openErasure();
    const { auth, profile, payments } = system.sources;
    const person = { userId, erasureId };

    await auth.tell(stepDone('auth', person));
    const second = await until(async () => {
      const erasure = await read(erasureId);
      return states(erasure)['auth'] === 'DONE' && erasure;
    });
    expect(states(second)).toEqual({
      auth: 'DONE',
      profile: 'RUNNING',
      payments: 'RUNNING',
      admin: 'WAITING',
    });

    await profile.tell(stepDone('profile', person));
    await until(async () => states(await read(erasureId))['profile'] === 'DONE');
    expect((await read(erasureId)).state).toBe('RUNNING');
    await payments.tell(stepDone('payments', person), stepDone('payments', person));
    const done = await untilState(erasureId, 'COMPLETED');

    expect(states(done)).toEqual({ auth: 'DONE', profile: 'DONE', payments: 'DONE', admin: 'DONE' });
    expect(done.certificate).toMatchObject({
      erasureId,
      userId,
      requestedBy: adminId,
      services: [
        {
          service: 'admin',
          stores: expect.arrayContaining([
            { store: 'users', rows: 1, action: 'DELETED', reason: null },
            { store: 'audit_entry_details', rows: expect.any(Number), action: 'PSEUDONYMISED', reason: null },
          ]),
        },
        { service: 'auth', stores: [{ store: 'auth_rows', rows: 2, action: 'DELETED', reason: null }] },
        { service: 'payments' },
        { service: 'profile' },
      ],
      kept: expect.arrayContaining([
        { service: 'payments', store: 'ledger_entries', rows: 4, reason: 'accounting law' },
      ]),
      audit: { whole: true },
    });
    expect(done.certificateHash).toBe(
      createHash('sha256').update(canonicalJson(done.certificate)).digest('hex'),
    );
    expect((await told(erasureId)).map(({ type }) => type)).toEqual([
      'admin.erasure.requested',
      'admin.erasure.completed',
    ]);
    expect((await request(userId)).payload).toMatchObject({ isNew: false, erasure: { id: erasureId } });

    // Late and again: nothing of it comes back, and the log stays whole.
    const [late] = await auth.tell({
      ...registered(userId),
      type: 'auth.session.opened',
      data: { userId, sessionId: randomUUID() },
    });
    await auth.tell(registered(userId), stepDone('auth', person));
    await until(
      async () => (await query('SELECT 1 FROM audit_entries WHERE id = $1', [late!.id])).length > 0,
    );
    const marker = randomUUID();
    await auth.tell(registered(marker, { email: 'other@example.com', name: 'Other' }));
    await until(async () => (await query('SELECT 1 FROM users WHERE id = $1', [marker])).length > 0);
    expect(await query('SELECT 1 FROM users WHERE id = $1', [userId])).toEqual([]);
    expect(
      await query(
        `SELECT d.actor_id, d.ip, d.user_agent, d.details FROM audit_entries e
           JOIN audit_entry_details d ON d.entry_id = e.id
          WHERE e.resource_type = 'user' AND e.resource_id = $1
            AND (d.actor_id = $1::uuid OR d.ip IS NOT NULL OR d.details IS NOT NULL)`,
        [userId],
      ),
    ).toEqual([]);
    expect((await system.admin.verify()).whole).toBe(true);
  });

  it('takes the parts in any order', async () => {
    const { userId, erasureId } = await openErasure();
    const person = { userId, erasureId };
    await system.sources.payments.tell(stepDone('payments', person));
    await system.sources.profile.tell(stepDone('profile', person));
    await until(async () => {
      const { payments, profile } = states(await read(erasureId));
      return payments === 'DONE' && profile === 'DONE';
    });
    expect((await read(erasureId)).state).toBe('RUNNING');
    await system.sources.auth.tell(stepDone('auth', person));
    await untilState(erasureId, 'COMPLETED');
  });

  it('ends when auth refuses, changes nothing then, and may be asked for again', async () => {
    const { userId, erasureId } = await openErasure();
    await system.sources.auth.tell({
      type: 'auth.user.erasure_refused',
      aggregate: { type: 'user', id: userId },
      data: { userId, erasureId, reason: 'LAST_ADMIN' },
    });
    const refused = await untilState(erasureId, 'REFUSED');
    expect(refused).toMatchObject({ refusal: 'LAST_ADMIN', endedAt: expect.any(String), certificate: null });
    expect(new Set(Object.values(states(refused)))).toEqual(new Set(['REFUSED']));
    expect((await told(erasureId)).at(-1)).toMatchObject({
      type: 'admin.erasure.refused',
      data: { erasureId, userId, reason: 'LAST_ADMIN' },
    });
    expect(await query('SELECT 1 FROM users WHERE id = $1', [userId])).toHaveLength(1);
    const again = await request(userId);
    expect(again.payload.isNew).toBe(true);
    expect(again.payload.erasure.id).not.toBe(erasureId);
  });

  it('is not moved by an event about somebody else or about no erasure', async () => {
    const { erasureId } = await openErasure();
    const other = randomUUID();
    await system.sources.auth.tell(
      stepDone('auth', { erasureId, userId: other }),
      stepDone('auth', { erasureId: randomUUID(), userId: other }),
    );
    await until(
      async () => (await query('SELECT 1 FROM erased_people WHERE user_id = $1', [other])).length > 0,
    );
    expect(states(await read(erasureId))['auth']).toBe('RUNNING');
  });
});

describe('Query.erasures', () => {
  it('lists the newest first, narrowed by state and person, with two statements for the steps of all', async () => {
    const { userId, erasureId } = await openErasure();
    const list = async (filter: string) =>
      system.admin.client.query(
        `{ erasures(first: 3, filter: { ${filter} }) { edges { node { id steps { service } } } pageInfo { hasNextPage } } }`,
        { token: adminToken },
      );
    const { data, sqlStatements } = await list('state: RUNNING');
    expect(data.erasures.edges[0].node).toEqual({
      id: erasureId,
      steps: ['auth', 'profile', 'payments', 'admin'].map((service) => ({ service })),
    });
    expect(data.erasures.edges).toHaveLength(3);
    expect(sqlStatements).toBe(2);
    const own = await list(`userId: "${userId}"`);
    expect(own.data.erasures.edges).toHaveLength(1);
    expect((await list(`userId: "${userId}", state: COMPLETED`)).data.erasures.edges).toEqual([]);
  });
});
