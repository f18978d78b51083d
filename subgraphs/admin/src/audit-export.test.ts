import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportAuditLog, verifyAuditLog } from './audit-commands.js';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';

let admin: AdminUnderTest;
let adminToken: string;
const actor = randomUUID();
const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const COUNT = 1_203;

beforeAll(async () => {
  admin = await startAdminUnderTest();
  adminToken = await admin.identity.tokenFor({ role: 'ADMIN' });
  await admin.append(
    Array.from({ length: COUNT }, (_, index) => ({
      occurredAt: new Date(BEGIN + Math.floor(index / 3) * 1_000),
      actorId: index % 4 === 0 ? actor : null,
      action: index % 2 === 0 ? 'user.suspended' : 'session.opened',
      resourceType: 'user',
      resourceId: `resource-${index % 5}`,
      details: { text: 'one\ntwo', index },
    })),
  );
});
afterAll(() => admin.stop());

const get = (search: string, token: string | undefined = adminToken, headers = admin.routerHeaders) =>
  fetch(`${admin.url}/audit/export${search}`, {
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  });
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const expected = (condition: string) =>
  admin.database.query<{ id: string }>(
    `SELECT e.id FROM audit_entries e LEFT JOIN audit_entry_details d ON d.entry_id = e.id
      WHERE ${condition} ORDER BY e.occurred_at, e.id`,
  );

describe('GET /audit/export', () => {
  it('gives every entry as a line, the oldest first, and is itself recorded', async () => {
    const response = await get('');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const lines = linesOf(await response.text());
    expect(lines).toHaveLength(COUNT + 1);
    expect(lines.map(({ id }) => ({ id }))).toEqual(await expected('true'));
    expect(lines[0]).toMatchObject({
      occurredAt: '2026-01-01T00:00:00.000Z',
      resourceType: 'user',
      ip: '192.0.2.7',
      userAgent: 'Browser/1.0',
      details: { text: 'one\ntwo' },
      previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(lines.at(-1)).toMatchObject({ action: 'audit_log.exported', details: { narrowedBy: [] } });
    expect((await admin.verify()).whole).toBe(true);
  });

  it.each([
    [`?actor=${actor}`, `d.actor_id = '${actor}'`],
    ['?action=session.opened', `e.action = 'session.opened'`],
    ['?resourceType=user&resourceId=resource-3', `e.resource_type = 'user' AND e.resource_id = 'resource-3'`],
    [
      '?from=2026-01-01T00:01:00Z&before=2026-01-01T01:02:00%2B01:00',
      `e.occurred_at >= '2026-01-01T00:01:00Z' AND e.occurred_at < '2026-01-01T00:02:00Z'`,
    ],
    ['?resourceId=nobody', 'false'],
  ])('narrows by %s', async (search, condition) => {
    const found = linesOf(await (await get(search)).text());
    expect(found.map(({ id }) => ({ id }))).toEqual(await expected(condition));
  });

  it('refuses who is no ADMIN, who is not the router, and what it cannot narrow by', async () => {
    const before = await admin.verify();
    const refusal = async (answer: Promise<Response>) => {
      const response = await answer;
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      return [response.status, errors[0]?.extensions.code];
    };
    expect(await refusal(get('', undefined, {}))).toEqual([403, 'CALLER_REFUSED']);
    expect(await refusal(get('', adminToken, {}))).toEqual([403, 'CALLER_REFUSED']);
    expect(await refusal(fetch(`${admin.url}/audit/export`, { headers: admin.routerHeaders }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    expect(await refusal(get('', await admin.identity.tokenFor({ role: 'VENDOR' })))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    expect(await refusal(get('', `${adminToken}x`))).toEqual([401, 'TOKEN_INVALID']);
    for (const search of ['?actor=somebody', '?from=yesterday', '?limit=5', '?action=']) {
      expect(await refusal(get(search))).toEqual([400, 'BAD_USER_INPUT']);
    }
    expect(await admin.verify()).toEqual(before);
  });

  it('reads no further than its reader does', async () => {
    await admin.append(
      Array.from({ length: 2_000 }, (_, index) => ({ details: { text: 'x'.repeat(20_000), index } })),
    );
    const seen = async () =>
      (
        await admin.database.query<{ count: string }>(
          `SELECT idx_tup_fetch AS count FROM pg_stat_user_tables WHERE relname = 'audit_entry_details'`,
        )
      )[0]?.count;
    const response = await get('?resourceType=test');
    const reader = response.body!.getReader();
    expect((await reader.read()).done).toBe(false);
    // 40 MB do not fit between the two, so the service has stopped at a page before the end.
    let before = await seen();
    for (let same = 0; same < 3;) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      const now = await seen();
      same = now === before ? same + 1 : 0;
      before = now;
    }
    const paused = Number(before);
    let bytes = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.length;
    }
    expect(bytes).toBeGreaterThan(35_000_000);
    for (let now = Number(await seen()); now < paused + 500; now = Number(await seen())) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
});

describe('verifyAuditLog and exportAuditLog', () => {
  it('look at the whole log of a database, for commands', async () => {
    const progress: number[] = [];
    const report = await verifyAuditLog(admin.database.serviceUrl, (entries) => progress.push(entries));
    expect(report).toEqual(await admin.verify());
    expect(progress[0]).toBe(1_000);
    expect(progress.at(-1)).toBe(report.entries);
    const pages: string[] = [];
    await exportAuditLog(admin.database.serviceUrl, { action: 'user.suspended' }, async (lines) => {
      pages.push(lines);
    });
    expect(pages.length).toBeGreaterThan(1);
    expect(linesOf(pages.join('')).map(({ id }) => ({ id }))).toEqual(
      await expected(`e.action = 'user.suspended'`),
    );
    await expect(
      exportAuditLog(admin.database.serviceUrl, { actor: 'nobody' }, async () => undefined),
    ).rejects.toThrow('actor: must be a UUID');
  });
});
