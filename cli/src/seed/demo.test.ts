import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';
import { DEMO_SIZE, seedDemoData } from './demo.js';
import { DEMO_LOGINS, DEMO_PASSWORD } from './demo-logins.js';
import { startSeedDatabases, type SeedDatabases } from './test-support/databases.js';

let databases: SeedDatabases;
beforeAll(async () => {
  databases = await startSeedDatabases();
});
afterAll(() => databases?.stop());
beforeEach(() => databases.empty());

async function count(database: 'auth' | 'profile' | 'payments' | 'admin', table: string): Promise<number> {
  const [row] = await databases[database].query<{ rows: number }>(
    `SELECT count(*)::int AS rows FROM ${table}`,
  );
  return row?.rows ?? NaN;
}

/** One fingerprint of everything that is seeded. */
async function fingerprint(): Promise<string> {
  const tables = [
    ['auth', 'users', 'id'],
    ['profile', 'profiles', 'id'],
    ['profile', 'preferences', 'profile_id'],
    ['payments', 'payments', 'id'],
    ['payments', 'payment_transitions', 'id'],
    ['payments', 'payers', 'id'],
    ['admin', 'users', 'id'],
  ] as const;
  const hashes = await Promise.all(
    tables.map(([database, table, key]) =>
      databases[database].query<{ hash: string }>(
        `SELECT md5(string_agg(t::text, chr(10) ORDER BY ${key})) AS hash FROM ${table} t`,
      ),
    ),
  );
  return hashes.map(([row]) => row?.hash).join(' ');
}

describe('seedDemoData', () => {
  it('fills empty databases, the same each time', async () => {
    expect(await seedDemoData(databases.ownerUrls)).toBe('200 users, 2,000 payments');
    expect(await count('auth', 'users')).toBe(200);
    expect(await count('profile', 'profiles')).toBe(200);
    expect(await count('profile', 'preferences')).toBe(150);
    expect(await count('payments', 'payments')).toBe(2_000);
    const first = await fingerprint();
    expect(await count('payments', 'payers')).toBe(200);
    expect(await count('admin', 'users')).toBe(200);
    expect(first).toMatch(/^([0-9a-f]{32} ?){7}$/);
    await databases.empty();
    await seedDemoData(databases.ownerUrls);
    expect(await fingerprint()).toBe(first);
  });

  it('does nothing the second time, also when rows were changed since', async () => {
    await seedDemoData(databases.ownerUrls);
    await databases.auth.query(
      `UPDATE users SET name = 'Somebody Else' WHERE email = 'customer@example.com'`,
    );
    const before = await fingerprint();
    expect(await seedDemoData(databases.ownerUrls)).toBeUndefined();
    expect(await fingerprint()).toBe(before);
  });

  it('makes the three logins first, with the password that is shown', async () => {
    await seedDemoData(databases.ownerUrls);
    const rows = await databases.auth.query<{
      email: string;
      role: string;
      status: string;
      password_hash: string;
    }>('SELECT email, role::text, status::text, password_hash FROM users ORDER BY created_at LIMIT 3');
    expect(rows.map(({ email, role }) => ({ email, role }))).toEqual(
      DEMO_LOGINS.map(({ email, role }) => ({ email, role })),
    );
    for (const { status, password_hash } of rows) {
      expect(status).toBe('ACTIVE');
      expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect(await verify(password_hash, DEMO_PASSWORD)).toBe(true);
      expect(await verify(password_hash, 'another-harbor-42-lantern')).toBe(false);
    }
  });

  it('refers to users who exist, in every service', async () => {
    await seedDemoData(databases.ownerUrls);
    const users = new Map(
      (
        await databases.auth.query<{ id: string; created_at: Date; status: string; updated_at: Date }>(
          'SELECT id, created_at, status::text, updated_at FROM users',
        )
      ).map((user) => [user.id, user]),
    );
    const profiles = await databases.profile.query<{ user_id: string }>('SELECT user_id FROM profiles');
    expect(new Set(profiles.map(({ user_id }) => user_id))).toEqual(new Set(users.keys()));
    const payments = await databases.payments.query<{
      user_id: string;
      recipient_id: string | null;
      created_at: Date;
    }>('SELECT user_id, recipient_id, created_at FROM payments');
    for (const payment of payments) {
      for (const party of [payment.user_id, payment.recipient_id].filter((id) => id !== null)) {
        const user = users.get(party);
        expect(user?.created_at.getTime()).toBeLessThan(payment.created_at.getTime());
        // Who is suspended neither pays nor is paid.
        if (user?.status === 'SUSPENDED') {
          expect(payment.created_at.getTime()).toBeLessThan(user.updated_at.getTime());
        }
      }
      expect(payment.recipient_id).not.toBe(payment.user_id);
    }
  });

  it('gives each login something to see', async () => {
    await seedDemoData(databases.ownerUrls);
    const ids = await databases.auth.query<{ id: string }>(
      'SELECT id FROM users ORDER BY created_at LIMIT 3',
    );
    const [, vendor, customer] = ids.map(({ id }) => id);
    const [seen] = await databases.payments.query<{
      received: number;
      sent: number;
      open: number;
      statuses: number;
    }>(
      `SELECT count(*) FILTER (WHERE recipient_id = $1)::int AS received,
              count(*) FILTER (WHERE user_id = $2)::int AS sent,
              count(*) FILTER (WHERE user_id = $2 AND status = 'PENDING')::int AS open,
              count(DISTINCT status)::int AS statuses
         FROM payments`,
      [vendor, customer],
    );
    expect(seen?.received).toBeGreaterThan(100);
    expect(seen?.sent).toBeGreaterThan(100);
    expect(seen?.open).toBeGreaterThan(0);
    expect(seen?.statuses).toBe(7);
  });

  it('fills what a kill left empty, and nothing else', async () => {
    await seedDemoData(databases.ownerUrls);
    const whole = await fingerprint();
    await databases.payments.query('TRUNCATE payments, payers CASCADE');
    await databases.profile.query(`DELETE FROM profiles WHERE handle = 'kofi_lindqvist'`);
    expect(await seedDemoData(databases.ownerUrls)).toBeUndefined();
    expect(await count('payments', 'payments')).toBe(DEMO_SIZE.payments);
    expect(await count('profile', 'profiles')).toBe(DEMO_SIZE.users - 1);
    expect((await fingerprint()).split(' ').slice(3)).toEqual(whole.split(' ').slice(3));
  });

  it('leaves other people’s databases alone', async () => {
    await databases.auth.query(
      `INSERT INTO users (id, email, password_hash, name) VALUES (gen_random_uuid(), 'one@example.com', 'x', 'One')`,
    );
    expect(await seedDemoData(databases.ownerUrls)).toBeUndefined();
    expect(await count('auth', 'users')).toBe(1);
    expect(await count('profile', 'profiles')).toBe(0);
    expect(await count('payments', 'payments')).toBe(0);
  });

  it('fills those whose owner it knows', async () => {
    const { auth, profile } = databases.ownerUrls;
    expect(await seedDemoData({ auth, profile })).toBe('200 users');
    expect(await count('profile', 'profiles')).toBe(200);
    expect(await count('payments', 'payments')).toBe(0);
  });
});
