import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedDemoData } from './demo.js';
import { seedLarge } from './large.js';
import { SeedError } from './seed-error.js';
import { startSeedDatabases, type SeedDatabases } from './test-support/databases.js';

const ALL = ['auth', 'profile', 'payments', 'admin'];

let databases: SeedDatabases;
beforeAll(async () => {
  databases = await startSeedDatabases();
  await seedDemoData(databases.ownerUrls);
  await databases.payments.query(
    `INSERT INTO ledger_entries (id, payment_id, transition_id, account, user_id, currency, amount)
     SELECT gen_random_uuid(), t.payment_id, t.id, account::"LedgerAccount", user_id, 'EUR', amount
     FROM (SELECT id, payment_id FROM payment_transitions WHERE to_status = 'COMPLETED' LIMIT 5) t
     CROSS JOIN (VALUES ('HOUSE', NULL::uuid, 1), ('PROVIDER_CLEARING', NULL, -1)) AS l (account, user_id, amount)`,
  );
});
afterAll(() => databases?.stop());

const countOf = async (table: string): Promise<number> =>
  (await databases.payments.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`))[0]?.rows ??
  NaN;

/** Guards that fire, and how. */
const guards = () =>
  databases.payments.query(
    `SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'ledger_entries'::regclass ORDER BY 1`,
  );

describe('seedLarge with replace', () => {
  it('refuses to remove a ledger that somebody else keeps, and changes nothing', async () => {
    const { ownerUrls } = databases;
    const refused = seedLarge({ ownerUrls, users: 10, payments: 20, replace: true, ownDatabases: ['auth'] });
    await expect(refused).rejects.toThrow(SeedError);
    await expect(refused).rejects.toThrow(
      /^payments\.ledger_entries has rows, and is only ever added to\. Nothing was changed\..*empty database\.$/,
    );
    expect([await countOf('ledger_entries'), await countOf('payments')]).toEqual([10, 2_000]);
    expect(await databases.auth.query('SELECT count(*)::int AS users FROM users')).toEqual([{ users: 200 }]);
  });

  it('removes nothing when it ends before all is written', async () => {
    const { ownerUrls } = databases;
    const before = await guards();
    const controller = new AbortController();
    const stopped = seedLarge({
      ...{ ownerUrls, users: 1_000, payments: 20_000, replace: true, ownDatabases: ALL },
      signal: controller.signal,
      onProgress: ({ table, rows }) =>
        table === 'payments' && rows > 5_000 && controller.abort(new SeedError('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect([await countOf('ledger_entries'), await countOf('payments')]).toEqual([10, 2_000]);
    expect(await guards()).toEqual(before);
  });

  it('removes the ledger of a database of its own with the rest, and leaves it guarded as it was', async () => {
    const { ownerUrls, auth, payments } = databases;
    const before = await guards();
    // Somebody of the generated people was erased, and is generated again.
    const [erased] = await auth.query<{ id: string }>(
      `WITH one AS (SELECT id FROM users WHERE role = 'CUSTOMER' ORDER BY id LIMIT 1)
       INSERT INTO erased_people (user_id) SELECT id FROM one RETURNING user_id AS id`,
    );
    await payments.query('INSERT INTO erased_people (user_id) VALUES ($1)', [erased?.id]);
    await seedLarge({ ownerUrls, users: 500, payments: 1_000, replace: true, ownDatabases: ALL });
    expect([await countOf('ledger_entries'), await countOf('payments')]).toEqual([0, 1_000]);
    expect([await countOf('payers'), await countOf('erased_people')]).toEqual([500, 0]);
    expect(await guards()).toEqual(before);
    await payments.query(
      `INSERT INTO ledger_entries (id, payment_id, transition_id, account, currency, amount)
       SELECT gen_random_uuid(), t.payment_id, t.id, account::"LedgerAccount", 'EUR', amount
       FROM (SELECT id, payment_id FROM payment_transitions LIMIT 1) t
       CROSS JOIN (VALUES ('HOUSE', 1), ('PROVIDER_CLEARING', -1)) AS l (account, amount)`,
    );
    await expect(payments.query('TRUNCATE ledger_entries')).rejects.toThrow(/only added to/);
  });
});
