import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';

let admin: AdminUnderTest;
let adminToken: string;

beforeAll(async () => {
  admin = await startAdminUnderTest();
  adminToken = await admin.identity.tokenFor({ role: 'ADMIN' });
});
afterAll(() => admin.stop());

/** Changes a setting, reading again and trying again as long as somebody else was faster. */
async function changeUntilDone(key: string, value: unknown): Promise<void> {
  for (;;) {
    const { data } = await admin.client.query('query ($key: String!) { setting(key: $key) { version } }', {
      variables: { key },
      token: adminToken,
    });
    const answer = await admin.client.query(
      `mutation ($input: UpdateSettingInput!) { updateSetting(input: $input) { __typename } }`,
      { variables: { input: { key, value, expectedVersion: data.setting.version } }, token: adminToken },
    );
    expect(answer.errors).toBeUndefined();
    if (answer.data.updateSetting.__typename === 'Setting') {
      return;
    }
    expect(answer.data.updateSetting.__typename).toBe('StaleVersionProblem');
  }
}

describe('audit_entries', () => {
  const CHANGES = [
    `UPDATE audit_entries SET action = 'x'`,
    `UPDATE audit_entries SET action = 'x' WHERE false`,
    `DELETE FROM audit_entries`,
    `TRUNCATE audit_entries CASCADE`,
  ];

  it.each(CHANGES)('refuses the superuser: %s', async (statement) => {
    await expect(admin.database.query(statement)).rejects.toThrow(/append-only/);
  });

  it.each(CHANGES)('refuses the owner, whatever the session says: %s', async (statement) => {
    await withClient(admin.database.ownerUrl, async (client) => {
      await expect(client.query(statement)).rejects.toThrow(/append-only/);
    });
    await withClient(admin.database.superuserUrl, async (client) => {
      await client.query(`SET search_path = admin; SET session_replication_role = replica`);
      await expect(client.query(statement)).rejects.toThrow(/append-only/);
    });
  });

  it.each([
    ...CHANGES,
    `UPDATE audit_entry_details SET ip = NULL`,
    `DELETE FROM audit_entry_details`,
    `INSERT INTO settings (key, type, value, description) VALUES ('x', 'BOOLEAN', 'true', 'x')`,
    `UPDATE settings SET type = 'STRING'`,
    `DELETE FROM settings`,
    `ALTER TABLE audit_entries DISABLE TRIGGER ALL`,
  ])('the service’s own role may not: %s', async (statement) => {
    await withClient(admin.database.serviceUrl, async (client) => {
      await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    });
  });

  it('takes one entry a place', async () => {
    await admin.append([{}]);
    const row = await admin.store.auditChain.read(0n, 1);
    await expect(
      admin.store.auditChain.append(
        { ...row[0]!.entry, id: randomUUID() },
        { ...row[0]!.disclosure!, details: null },
      ),
    ).rejects.toThrow(/audit_entries_sequence_key/);
  });

  it('takes an id once and leaves the chain as it is', async () => {
    const id = randomUUID();
    await admin.append([{ id }]);
    const before = await admin.verify();
    await admin.append([{ id }, { id, details: 'other' }]);
    expect(await admin.verify()).toEqual(before);
    await admin.append([{ id }, {}, { id }, {}]);
    expect(await admin.verify()).toMatchObject({ whole: true, entries: before.entries + 2 });
  });
});

describe('the audit chain', () => {
  it('is whole after 30 changes at the same time, each with its entry', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        index % 2 === 0
          ? changeUntilDone('payments.daily_limit', index)
          : changeUntilDone('maintenance.message', `message ${index}`),
      ),
    );
    const report = await admin.verify();
    expect(report).toMatchObject({ whole: true, entries: 34, head: { sequence: 34n }, breaks: [] });
    const versions = await admin.database.query(
      `SELECT e.resource_id AS key, (d.details->>'version')::int AS version
         FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id
        WHERE e.action = 'setting.changed' ORDER BY 1, 2`,
    );
    expect(versions).toEqual(
      ['maintenance.message', 'payments.daily_limit'].flatMap((key) =>
        Array.from({ length: 15 }, (_, index) => ({ key, version: index + 2 })),
      ),
    );
  });

  it('stays whole when side rows are erased', async () => {
    await admin.append([{ actorId: randomUUID() }, { actorId: randomUUID() }]);
    await admin.database.query(`DELETE FROM audit_entry_details d USING audit_entries e
                                 WHERE e.id = d.entry_id AND e.sequence = 3`);
    await admin.database.query(`UPDATE audit_entry_details d SET actor_salt = NULL, actor_id = NULL
                                  FROM audit_entries e WHERE e.id = d.entry_id AND e.sequence = 35`);
    expect(await admin.verify()).toMatchObject({ whole: true, entries: 36 });
  });

  it('refuses a part that keeps its value without its salt', async () => {
    await expect(
      admin.database.query(`UPDATE audit_entry_details SET actor_salt = NULL WHERE actor_id IS NOT NULL`),
    ).rejects.toThrow(/audit_entry_details_erased_parts_are_empty/);
  });

  it('shows a forgery by somebody who has the whole database', async () => {
    const forge = async (statement: string, values: unknown[]) => {
      await admin.database.query('ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_are_append_only');
      await admin.database.query(statement, values);
      await admin.database.query(
        'ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_append_only',
      );
    };
    const kinds = async () =>
      (await admin.verify()).breaks.map(({ sequence, kind }) => `${sequence} ${kind}`);
    await forge('UPDATE audit_entries SET action = $1 WHERE sequence = 5', ['setting.read']);
    expect(await kinds()).toEqual(['5 changed']);
    await forge('UPDATE audit_entries SET action = $1 WHERE sequence = 5', ['setting.changed']);
    expect(await kinds()).toEqual([]);
    await admin.database.query(`UPDATE audit_entry_details d SET ip = '192.0.2.99'
                                  FROM audit_entries e WHERE e.id = d.entry_id AND e.sequence = 36`);
    expect(await kinds()).toEqual(['36 falseDisclosure']);
    await admin.database.query(`UPDATE audit_entry_details d SET ip = '192.0.2.7'
                                  FROM audit_entries e WHERE e.id = d.entry_id AND e.sequence = 36`);
    expect(await kinds()).toEqual([]);
  });
});

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
