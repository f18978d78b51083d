import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { registered, startAdminWithSources, until, type AdminWithSources } from './test-support.js';

let system: AdminWithSources;
beforeAll(async () => {
  system = await startAdminWithSources();
});
afterAll(() => system.stop());

const query = <Row extends Record<string, unknown>>(text: string, values?: unknown[]) =>
  system.admin.database.query<Row>(text, values);
const entry = (id: string) =>
  query(
    `SELECT e.id, e.action, e.resource_type, e.resource_id, e.occurred_at, d.actor_id, d.ip, d.user_agent, d.details
       FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id WHERE e.id = $1`,
    [id],
  );
const user = async (id: string) =>
  (await query('SELECT email, name, role, status, version FROM users WHERE id = $1', [id]))[0];

describe('the audit log', () => {
  it('has every event of every service once, with who did it and from where, without personal data', async () => {
    const userId = randomUUID();
    const paymentId = randomUUID();
    const { auth, profile, payments } = system.sources;
    const occurredAt = new Date('2026-05-06T07:08:09.123Z');
    const [first] = await auth.tell({ ...registered(userId), occurredAt });
    const [second] = await profile.tell({
      type: 'profile.profile.updated',
      aggregate: { type: 'profile', id: userId },
      actor: userId,
      data: { userId, profileId: randomUUID(), fields: ['bio'], version: 2 },
    });
    const [third] = await payments.tell({
      type: 'payments.payment.cancelled',
      aggregate: { type: 'payment', id: paymentId },
      data: { paymentId, userId, recipientId: null, amount: '12.50', currency: 'EUR', version: 3 },
    });
    expect(await until(async () => (await entry(first!.id))[0])).toEqual({
      id: first!.id,
      action: 'user.registered',
      resource_type: 'user',
      resource_id: userId,
      occurred_at: occurredAt,
      actor_id: userId,
      ip: '198.51.100.7',
      user_agent: 'Browser/3.0',
      details: { userId, role: 'CUSTOMER', status: 'ACTIVE', version: 1 },
    });
    expect(await until(async () => (await entry(second!.id))[0])).toMatchObject({
      action: 'profile.updated',
      resource_type: 'profile',
      resource_id: userId,
      ip: null,
      details: expect.objectContaining({ fields: ['bio'] }),
    });
    expect(await until(async () => (await entry(third!.id))[0])).toMatchObject({
      action: 'payment.cancelled',
      resource_type: 'payment',
      resource_id: paymentId,
      actor_id: null,
      details: expect.objectContaining({ amount: '12.50', currency: 'EUR' }),
    });
    expect(JSON.stringify(await query('SELECT * FROM audit_entry_details'))).not.toMatch(/ada@|Lovelace/);
    expect(await system.admin.verify()).toMatchObject({ whole: true, entries: 3 });
  });

  it('stays whole and complete while three services tell at once and admin acts itself', async () => {
    const before = (await system.admin.verify()).entries;
    const token = await system.admin.identity.tokenFor({ role: 'ADMIN' });
    const sessions = (userId: string, count: number) =>
      Array.from({ length: count }, () => ({
        type: 'auth.session.opened',
        aggregate: { type: 'user', id: userId },
        data: { userId, sessionId: randomUUID() },
      }));
    const updates = (userId: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        type: 'profile.preferences.updated',
        aggregate: { type: 'profile', id: userId },
        data: { userId, fields: ['theme'], version: index + 2 },
      }));
    const changes = Array.from({ length: 10 }, (_, index) =>
      system.admin.client.query(
        `mutation { updateSetting(input: { key: "maintenance.message", value: "${index}", expectedVersion: ${index + 1} }) {
           __typename } }`,
        { token },
      ),
    );
    await Promise.all([
      system.sources.auth.tell(...sessions(randomUUID(), 250)),
      system.sources.profile.tell(...updates(randomUUID(), 250)),
      ...changes,
    ]);
    const [{ changed } = { changed: 0 }] = await query<{ changed: number }>(
      `SELECT version - 1 AS changed FROM settings WHERE key = 'maintenance.message'`,
    );
    const report = await until(async () => {
      const now = await system.admin.verify();
      return now.entries >= before + 500 + changed && now;
    });
    expect(report).toMatchObject({ whole: true, entries: before + 500 + changed, breaks: [] });
    expect(
      await query(
        `SELECT o.data ->> 'version' AS version FROM outbox o JOIN audit_entries e ON e.id = o.event_id
          WHERE o.type = 'admin.setting.changed'`,
      ),
    ).toHaveLength(changed);
  });

  it('says where it has a hole, when a source begins its log anew', async () => {
    const { payments } = system.sources;
    await payments.renewEpoch();
    const paymentId = randomUUID();
    const [lost] = await until(async () => {
      const rows = await query(
        `SELECT e.resource_id, d.details FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id
          WHERE e.action = 'event_log.lost'`,
      );
      return rows.length > 0 && rows;
    });
    expect(lost).toEqual({
      resource_id: 'payments',
      details: { reason: expect.any(String), after: expect.any(String), from: expect.any(String) },
    });
    const [told] = await payments.tell({
      type: 'payments.payment.processing',
      aggregate: { type: 'payment', id: paymentId },
      data: { paymentId, userId: randomUUID(), recipientId: null, amount: '1', currency: 'EUR', version: 2 },
    });
    await until(async () => (await entry(told!.id))[0]);
    expect((await system.admin.verify()).whole).toBe(true);
  });
});

describe('the replica of users', () => {
  it('follows role and status, and leaves a row alone that is newer', async () => {
    const userId = randomUUID();
    const { auth } = system.sources;
    const about = { aggregate: { type: 'user', id: userId } };
    await auth.tell(registered(userId));
    expect(await until(() => user(userId))).toEqual({
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      role: 'CUSTOMER',
      status: 'ACTIVE',
      version: 1,
    });
    await auth.tell(
      {
        type: 'auth.user.role_changed',
        ...about,
        data: { userId, role: 'VENDOR', previousRole: 'CUSTOMER', revokedSessions: [], version: 2 },
      },
      { type: 'auth.user.suspended', ...about, data: { userId, revokedSessions: [], version: 3 } },
      { type: 'auth.user.password_changed', ...about, data: { userId, revokedSessions: [], version: 4 } },
      { type: 'auth.user.reinstated', ...about, data: { userId, version: 5 } },
      { type: 'auth.user.email_verified', ...about, data: { userId, version: 6 } },
    );
    await until(async () => (await user(userId))?.['version'] === 6);
    expect(await user(userId)).toMatchObject({ role: 'VENDOR', status: 'ACTIVE', version: 6 });
    const marker = randomUUID();
    await auth.tell(
      registered(userId, { role: 'ADMIN', version: 1 }),
      { type: 'auth.user.suspended', ...about, data: { userId, revokedSessions: [], version: 3 } },
      registered(marker),
    );
    await until(() => user(marker));
    expect(await user(userId)).toMatchObject({ role: 'VENDOR', status: 'ACTIVE', version: 6 });
  });

  it('keeps nothing of who was erased in the meantime', async () => {
    const [blank, unknown, marker] = [randomUUID(), randomUUID(), randomUUID()];
    await system.sources.auth.tell(
      registered(blank, { email: null, name: null }),
      {
        type: 'auth.user.suspended',
        aggregate: { type: 'user', id: unknown },
        data: { userId: unknown, revokedSessions: [], version: 2 },
      },
      registered(marker),
    );
    await until(() => user(marker));
    expect([await user(blank), await user(unknown)]).toEqual([undefined, undefined]);
  });
});
