import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seedDemoData } from './demo.js';
import { seedLarge } from './large.js';
import { SeedError } from './seed-error.js';
import type { SeedProgress } from './seed-transaction.js';
import { startSeedDatabases, type SeedDatabases } from './test-support/databases.js';

let databases: SeedDatabases;
beforeAll(async () => {
  databases = await startSeedDatabases();
});
afterAll(() => databases?.stop());
beforeEach(() => databases.empty());

/** Rows of users, profiles, preferences, payments, transitions, and of the two replicas of users. */
async function count(): Promise<ReadonlyArray<number>> {
  const { auth, profile, payments, admin } = databases;
  const rows = await Promise.all([
    auth.query<{ rows: number }>('SELECT count(*)::int AS rows FROM users'),
    profile.query<{ rows: number }>('SELECT count(*)::int AS rows FROM profiles'),
    profile.query<{ rows: number }>('SELECT count(*)::int AS rows FROM preferences'),
    payments.query<{ rows: number }>('SELECT count(*)::int AS rows FROM payments'),
    payments.query<{ rows: number }>('SELECT count(*)::int AS rows FROM payment_transitions'),
    payments.query<{ rows: number }>('SELECT count(*)::int AS rows FROM payers'),
    admin.query<{ rows: number }>('SELECT count(*)::int AS rows FROM users'),
  ]);
  return rows.map(([row]) => row?.rows ?? NaN);
}

const NOTHING = [0, 0, 0, 0, 0, 0, 0];

describe('seedLarge', () => {
  it('fills every service and tells how far it is', async () => {
    const { ownerUrls } = databases;
    const told: SeedProgress[] = [];
    const rows = await seedLarge({
      ownerUrls,
      users: 1_000,
      payments: 5_000,
      onProgress: (how) => told.push(how),
    });
    const counts = await count();
    expect(counts.slice(0, 4)).toEqual([1_000, 1_000, 750, 5_000]);
    expect(rows).toBe(counts.reduce((sum, table) => sum + table, 0));
    const done = told.filter((progress) => progress.done);
    expect(done.map(({ service, table }) => `${service}.${table}`).sort()).toEqual([
      'admin.users',
      'auth.users',
      'payments.payers',
      'payments.payment_transitions',
      'payments.payments',
      'profile.preferences',
      'profile.profiles',
    ]);
    for (const progress of done) {
      expect(Math.abs(progress.rows - progress.expectedRows)).toBeLessThan(0.1 * progress.rows);
    }
    const [planned] = await databases.payments.query<{ rows: number }>(
      `SELECT reltuples::int AS rows FROM pg_class WHERE oid = 'payments'::regclass`,
    );
    expect(planned?.rows).toBe(5_000);
  });

  it('refuses tables that have rows, and names them', async () => {
    const { ownerUrls } = databases;
    await seedDemoData({ auth: ownerUrls.auth, payments: ownerUrls.payments });
    const before = await count();
    const refused = seedLarge({ ownerUrls, users: 10, payments: 10 });
    await expect(refused).rejects.toThrow(SeedError);
    await expect(refused).rejects.toThrow(
      /auth\.users, payments\.payments, payments\.payment_transitions, payments\.payers\. Nothing was changed.*--replace/,
    );
    expect(await count()).toEqual(before);
  });

  it('replaces them when told to, with the sessions of users who are gone', async () => {
    const { ownerUrls } = databases;
    await seedDemoData(ownerUrls);
    await databases.auth.query(
      `INSERT INTO sessions (id, user_id, family_id, refresh_token_hash, expires_at)
       SELECT gen_random_uuid(), id, gen_random_uuid(), 'x', now() FROM users LIMIT 5`,
    );
    await seedLarge({ ownerUrls, users: 10, payments: 20, replace: true });
    expect((await count()).slice(0, 4)).toEqual([10, 10, 8, 20]);
    expect(await databases.auth.query('SELECT FROM sessions')).toEqual([]);
  });

  it('writes nothing anywhere when it is stopped', async () => {
    const { ownerUrls } = databases;
    const controller = new AbortController();
    const stopped = seedLarge({
      ...{ ownerUrls, users: 1_000, payments: 50_000, signal: controller.signal },
      // The others have been copied by then, and wait to be committed.
      onProgress: ({ table, rows }) =>
        table === 'payment_transitions' && rows > 60_000 && controller.abort(new SeedError('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(await count()).toEqual(NOTHING);
    expect(await seedDemoData(ownerUrls)).toBe('200 users, 2,000 payments');
  });

  it('writes nothing anywhere when one database dies', async () => {
    const { ownerUrls, payments } = databases;
    let killed: Promise<unknown> | undefined;
    const failed = seedLarge({
      ...{ ownerUrls, users: 1_000, payments: 50_000 },
      onProgress: ({ table, rows }) => {
        if (table === 'payments' && rows > 20_000) {
          killed ??= payments.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'supergraph seed'`,
          );
        }
      },
    });
    await expect(failed).rejects.toThrow(/^Nothing was written: /);
    await killed;
    expect(await count()).toEqual(NOTHING);
  });

  it('lets nobody else seed at the same time', async () => {
    const { ownerUrls } = databases;
    const [one, other] = await Promise.allSettled([
      seedLarge({ ownerUrls, users: 1_000, payments: 2_000 }),
      seedLarge({ ownerUrls, users: 1_000, payments: 2_000 }),
    ]);
    const failed = [one, other].filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(String((failed[0] as PromiseRejectedResult).reason)).toMatch(/Another seed|have rows already/);
    expect((await count()).slice(0, 4)).toEqual([1_000, 1_000, 750, 2_000]);
  });

  it('says which address is missing, and which does not answer', async () => {
    const { auth, profile } = databases.ownerUrls;
    await expect(seedLarge({ ownerUrls: { auth, profile }, users: 3, payments: 1 })).rejects.toThrow(
      "The address of payments's database as its owner is not known",
    );
    const away = 'postgresql://nobody:secret-word@127.0.0.1:1/payments_db';
    const failed = seedLarge({ ownerUrls: { auth, profile, payments: away }, users: 3, payments: 1 });
    await expect(failed).rejects.toThrow(/database of payments cannot be reached/);
    await expect(failed).rejects.not.toThrow(/secret-word/);
    expect(await count()).toEqual(NOTHING);
  });
});
