import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';

const SETTING = `key value type description version updatedBy { __typename id } updatedAt`;
const UPDATE = `mutation ($input: UpdateSettingInput!) {
  updateSetting(input: $input) {
    __typename
    ... on Setting { ${SETTING} }
    ... on Problem { code message }
    ... on StaleVersionProblem { currentVersion }
    ... on InvalidInputProblem { fields { path message } }
  }
}`;

let admin: AdminUnderTest;
const adminId = randomUUID();
let adminToken: string;
let customerToken: string;

const update = (input: Record<string, unknown>, token: string | undefined = adminToken) =>
  admin.client.query(UPDATE, { variables: { input }, token });
const read = async (key: string) =>
  (
    await admin.client.query(`query ($key: String!) { setting(key: $key) { ${SETTING} } }`, {
      variables: { key },
      token: adminToken,
    })
  ).data.setting;
/** Everything that a refused change must leave alone. */
const snapshot = () =>
  admin.database.query(
    `SELECT (SELECT jsonb_agg(s ORDER BY key) FROM settings s) AS settings,
            (SELECT count(*)::int FROM audit_entries) AS entries,
            (SELECT count(*)::int FROM audit_entry_details) AS details`,
  );

/** Runs `work` while the setting's row is locked, until `waiters` transactions wait for it. */
async function whileRowIsLocked<Result>(
  key: string,
  waiters: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: admin.database.superuserUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM admin.settings WHERE key = $1 FOR UPDATE', [key]);
    const working = work();
    for (let waiting = 0; waiting < waiters;) {
      const [row] = await admin.database.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
      );
      waiting = row?.waiting ?? 0;
    }
    await client.query('COMMIT');
    return await working;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  admin = await startAdminUnderTest();
  adminToken = await admin.identity.tokenFor({ userId: adminId, role: 'ADMIN' });
  customerToken = await admin.identity.tokenFor();
});
afterAll(() => admin.stop());

describe('Query.settings', () => {
  it('lists every setting by name, with one statement', async () => {
    const { data, sqlStatements } = await admin.client.query(`{ settings { ${SETTING} } }`, {
      token: adminToken,
    });
    expect(data.settings.map(({ key, type }: { key: string; type: string }) => `${key} ${type}`)).toEqual([
      'maintenance.message STRING',
      'payments.currencies STRING_LIST',
      'payments.daily_limit INTEGER',
      'payments.enabled BOOLEAN',
      'registration.open BOOLEAN',
      'support.email STRING',
    ]);
    expect(data.settings[1]).toMatchObject({
      value: ['EUR', 'USD', 'GBP', 'JPY', 'CHF'],
      version: 1,
      updatedBy: null,
    });
    expect(sqlStatements).toBe(1);
  });
});

describe('Query.setting', () => {
  it.each(['no.such.setting', '', 'registration.open\0', '\ud800', "'; DROP TABLE settings; --"])(
    'gives null for the unknown name %j',
    async (key) => {
      const answer = await admin.client.query(`query ($key: String!) { setting(key: $key) { key } }`, {
        variables: { key },
        token: adminToken,
      });
      expect(answer).toMatchObject({ errors: undefined, data: { setting: null } });
    },
  );
});

describe.each(['{ settings { key } }', '{ setting(key: "support.email") { key } }'])('%s', (document) => {
  it('is for ADMIN only', async () => {
    const ask = async (token?: string) =>
      (await admin.client.query(document, { token })).errors?.[0]?.extensions;
    expect((await ask())?.code).toBe('UNAUTHENTICATED');
    expect((await ask(customerToken))?.code).toBe('FORBIDDEN');
    expect((await ask(await admin.identity.tokenFor({ role: 'VENDOR' })))?.code).toBe('FORBIDDEN');
    expect((await admin.payments.query(document)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('Mutation.updateSetting', () => {
  it('changes the value and appends who did what from where', async () => {
    const { version, value } = await read('payments.daily_limit');
    const response = await fetch(`${admin.url}/graphql`, {
      method: 'POST',
      headers: {
        ...admin.routerHeaders,
        authorization: `Bearer ${adminToken}`,
        'x-forwarded-client-ip': '203.0.113.9',
        'x-forwarded-user-agent': 'Browser/2.0',
      },
      body: JSON.stringify({
        query: UPDATE,
        variables: { input: { key: 'payments.daily_limit', value: 2_500, expectedVersion: version } },
      }),
    });
    const { data } = (await response.json()) as { data: { updateSetting: Record<string, unknown> } };
    expect(data.updateSetting).toMatchObject({
      __typename: 'Setting',
      key: 'payments.daily_limit',
      value: 2_500,
      version: version + 1,
      updatedBy: { __typename: 'User', id: adminId },
    });
    expect(await read('payments.daily_limit')).toMatchObject({ value: 2_500, version: version + 1 });
    const entries = await admin.client.query(
      `{ auditEntries(first: 1) { edges { node {
           occurredAt action resourceType resourceId actor { __typename id } ip userAgent details } } } }`,
      { token: adminToken },
    );
    expect(entries.data.auditEntries.edges[0].node).toEqual({
      occurredAt: data.updateSetting['updatedAt'],
      action: 'setting.changed',
      resourceType: 'setting',
      resourceId: 'payments.daily_limit',
      actor: { __typename: 'User', id: adminId },
      ip: '203.0.113.9',
      userAgent: 'Browser/2.0',
      details: { from: value, to: 2_500, version: version + 1 },
    });
  });

  it.each([
    ['registration.open', false],
    ['payments.currencies', ['NOK', 'KWD']],
    ['maintenance.message', ''],
    ['maintenance.message', 'Back at noon — "soon" \\ 🎉\n'],
    ['payments.daily_limit', Number.MIN_SAFE_INTEGER],
  ])('takes for %s the value %j as it is', async (key, value) => {
    const { version } = await read(key);
    expect((await update({ key, value, expectedVersion: version })).data.updateSetting).toMatchObject({
      value,
      version: version + 1,
    });
    expect((await read(key)).value).toEqual(value);
    expect((await admin.verify()).whole).toBe(true);
  });

  it('takes values written into the operation itself', async () => {
    const { version } = await read('payments.currencies');
    const { data } = await admin.client.query(
      `mutation { updateSetting(input: { key: "payments.currencies", value: ["EUR"], expectedVersion: ${version} }) {
         ... on Setting { value } } }`,
      { token: adminToken },
    );
    expect(data.updateSetting).toEqual({ value: ['EUR'] });
  });

  describe('when it refuses', () => {
    let before: unknown;
    beforeEach(async () => {
      before = await snapshot();
    });

    it.each([
      ['registration.open', 'yes', 'value'],
      ['registration.open', { toString: 'true' }, 'value'],
      ['payments.daily_limit', 10.5, 'value'],
      ['payments.daily_limit', Number.MAX_SAFE_INTEGER + 1, 'value'],
      ['support.email', 'x'.repeat(2_001), 'value'],
      ['support.email', 'a\0b', 'value'],
      ['payments.currencies', 'EUR', 'value'],
      ['payments.currencies', ['EUR', null], 'value.1'],
    ])('names the place of a wrong value for %s (%#)', async (key, value, path) => {
      const { version } = await read(key);
      expect((await update({ key, value, expectedVersion: version })).data.updateSetting).toMatchObject({
        __typename: 'InvalidInputProblem',
        code: 'INVALID_INPUT',
        fields: [{ path }],
      });
      expect(await snapshot()).toEqual(before);
    });

    it.each([-1, 1, 1_000])('tells the current version to who is off by %j', async (offset) => {
      const { version } = await read('support.email');
      expect(
        (await update({ key: 'support.email', value: 'x@example.com', expectedVersion: version + offset }))
          .data.updateSetting,
      ).toMatchObject({ __typename: 'StaleVersionProblem', code: 'STALE_VERSION', currentVersion: version });
      expect(await snapshot()).toEqual(before);
    });

    it.each(['no.such.setting', 'support.email\0'])('says that there is no setting %j', async (key) => {
      expect((await update({ key, value: true, expectedVersion: 1 })).data.updateSetting).toMatchObject({
        __typename: 'SettingNotFoundProblem',
        code: 'SETTING_NOT_FOUND',
      });
      expect(await snapshot()).toEqual(before);
    });

    it('is for ADMIN only', async () => {
      const input = { key: 'support.email', value: 'x@example.com', expectedVersion: 1 };
      const code = async (asking: ReturnType<typeof update>) => (await asking).errors?.[0]?.extensions.code;
      expect(await code(admin.client.query(UPDATE, { variables: { input } }))).toBe('UNAUTHENTICATED');
      expect(await code(admin.payments.query(UPDATE, { variables: { input } }))).toBe('UNAUTHENTICATED');
      expect(await code(update(input, customerToken))).toBe('FORBIDDEN');
      expect(await snapshot()).toEqual(before);
    });

    it.each([
      { key: 'support.email', value: null, expectedVersion: 1 },
      { key: 'support.email', value: 'x', expectedVersion: 2 ** 31 },
      { key: 'support.email', value: 'x', expectedVersion: '1' },
      { key: 'support.email', value: 'x' },
    ])('takes %j for no input at all', async (input) => {
      expect((await update(input)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(await snapshot()).toEqual(before);
    });
  });

  it('lets one of many win who read the same version, and records that one only', async () => {
    const { version } = await read('support.email');
    const [{ entries: before } = { entries: 0 }] = (await snapshot()) as { entries: number }[];
    // All of them have read the version, and wait for the row, before the first may change it.
    const answers = await whileRowIsLocked('support.email', 8, () =>
      Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          update({ key: 'support.email', value: `${index}@example.com`, expectedVersion: version }),
        ),
      ),
    );
    const results = answers.map(({ data }) => data.updateSetting);
    const winners = results.filter(({ __typename }) => __typename === 'Setting');
    expect(winners).toHaveLength(1);
    expect(results.filter((result) => result !== winners[0])).toEqual(
      Array.from({ length: 7 }, () =>
        expect.objectContaining({ __typename: 'StaleVersionProblem', currentVersion: version + 1 }),
      ),
    );
    expect(await read('support.email')).toMatchObject({ value: winners[0].value, version: version + 1 });
    expect(await snapshot()).toMatchObject([{ entries: before + 1, details: before + 1 }]);
  });

  it('changes nothing when the record cannot be written', async () => {
    const before = await snapshot();
    const { version } = await read('support.email');
    await admin.database.query(`REVOKE INSERT ON audit_entry_details FROM admin_service`);
    try {
      const { errors } = await update({ key: 'support.email', value: 'x', expectedVersion: version });
      expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(await snapshot()).toEqual(before);
    } finally {
      await admin.database.query(`GRANT INSERT ON audit_entry_details TO admin_service`);
    }
  });
});
