import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { makeDataFolder, supergraph, type Launcher } from '../harness/launcher.js';
import { ROOT } from '../harness/root.js';

const run = promisify(execFile);
const data = makeDataFolder();
let launcher: Launcher;
let endpoint: string;
/** The owner of auth's tables, of payments' tables. */
let auth: pg.Client;
let payments: pg.Client;
let authUrl: string;

const KEYS = (
  JSON.parse(
    readFileSync(join(ROOT, 'deploy', 'shared-database', 'crossing-keys.json'), 'utf8'),
  ) as ReadonlyArray<{ readonly constraint: string; readonly onDelete: string }>
).map(({ constraint }) => constraint);

beforeAll(async () => {
  launcher = data.up(['--port', '0', '--topology', 'shared']);
  endpoint = `${await launcher.ready()}/graphql`;
  const { ownerUrls } = JSON.parse(readFileSync(join(data.folder, 'running.json'), 'utf8')) as {
    readonly ownerUrls: Readonly<Record<string, string>>;
  };
  authUrl = String(ownerUrls['auth']);
  [auth, payments] = (await Promise.all(
    ['auth', 'payments'].map(async (service) => {
      const client = new pg.Client({ connectionString: ownerUrls[service] });
      // Where a test before the last one fails, the servers are ended under it.
      client.on('error', () => undefined);
      await client.connect();
      return client;
    }),
  )) as [pg.Client, pg.Client];
});
afterAll(() => data.remove());

async function keys(): Promise<ReadonlyArray<{ readonly name: string; readonly valid: boolean }>> {
  const { rows } = await auth.query<{ name: string; valid: boolean }>(
    `SELECT k.conname AS name, k.convalidated AS valid FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
      WHERE k.contype = 'f' AND c.relnamespace <> r.relnamespace ORDER BY 1`,
  );
  return rows;
}
const whole = [...KEYS].sort().map((name) => ({ name, valid: true }));

describe('up --topology shared', () => {
  it('has the foreign keys between services that such a database has, each of them whole', async () => {
    expect(await keys()).toEqual(whole);
    expect(launcher.stderr()).toBe('');
  });

  it('holds them, as the owners of the tables', async () => {
    const { rows } = await payments.query<{ payer: string }>(
      'SELECT user_id AS payer FROM payments.payments LIMIT 1',
    );
    const payer = rows[0]?.payer;
    await expect(auth.query('DELETE FROM auth.users WHERE id = $1', [payer])).rejects.toMatchObject({
      constraint: 'payments_user_id_fkey',
    });
    const pay = (from: unknown, to: unknown) =>
      payments.query(
        `INSERT INTO payments.payments (id, user_id, recipient_id, amount, currency, idempotency_key)
         VALUES (gen_random_uuid(), $1, $2, 1, 'EUR', 'of-a-test') RETURNING id`,
        [from, to],
      );
    await expect(pay(randomUUID(), null)).rejects.toMatchObject({ constraint: 'payments_user_id_fkey' });
    const recipient = randomUUID();
    await auth.query(
      `INSERT INTO auth.users (id, email, password_hash, name) VALUES ($1, 'short-lived@example.com', '-', 'Short')`,
      [recipient],
    );
    const payment = (await pay(payer, recipient)).rows[0].id;
    await auth.query('DELETE FROM auth.users WHERE id = $1', [recipient]);
    const left = await payments.query('SELECT recipient_id FROM payments.payments WHERE id = $1', [payment]);
    expect(left.rows).toEqual([{ recipient_id: null }]);
  });

  it('is understood by `migration plan`: a mapping, what crosses, and a check that notices a new key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-plan-'));
    const mapping = join(folder, 'migration.json');
    const plan = (...options: ReadonlyArray<string>) =>
      run(process.execPath, [join(ROOT, 'migration', 'dist', 'main.js'), 'plan', authUrl, ...options]);
    try {
      writeFileSync(mapping, (await plan('--propose-mapping')).stdout);
      const { services, crossings } = JSON.parse(readFileSync(mapping, 'utf8'));
      expect(Object.keys(services)).toEqual(['admin', 'auth', 'payments', 'profile']);
      expect(
        crossings.map(({ constraint, replacement }: Record<string, unknown>) => [constraint, replacement]),
      ).toEqual([
        ['settings_updated_by_fkey', 'set-null'],
        ['payments_recipient_id_fkey', 'set-null'],
        ['payments_user_id_fkey', 'refuse'],
        ['profiles_user_id_fkey', 'delete'],
      ]);
      await plan('--mapping', mapping, '--write');
      expect((await plan('--mapping', mapping, '--check')).stdout).toContain('4 keys');
      await payments.query(
        'ALTER TABLE payments.refunds ADD CONSTRAINT fresh FOREIGN KEY (requested_by) REFERENCES auth.users NOT VALID',
      );
      await expect(plan('--mapping', mapping, '--check')).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringContaining('fresh on payments.refunds to auth.users is new'),
      });
      await payments.query('ALTER TABLE payments.refunds DROP CONSTRAINT fresh');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is filled with any size of data, and the keys hold afterwards', async () => {
    const seeded = await supergraph([
      'seed',
      '--data',
      data.folder,
      '--users',
      '500',
      '--payments',
      '3000',
      '--replace',
    ]);
    expect({ status: seeded.status, stderr: seeded.stderr }).toEqual({ status: 0, stderr: '' });
    const { rows } = await payments.query('SELECT count(*)::int AS payments FROM payments.payments');
    expect(rows).toEqual([{ payments: 3000 }]);
    expect(await keys()).toEqual(whole);
    expect(await signIn(endpoint, 'customer@example.com')).toMatch(/^ey/);
  });

  it('serves a person who registers and pays', async () => {
    const registered = await ask(
      endpoint,
      `mutation { register(input: { email: "split@example.com", password: "seven quiet lanterns", name: "Split" }) {
         ... on SignedIn { accessToken user { id } } } }`,
    );
    const { accessToken: token, user } = registered.data.register;
    await expect(auth.query('SELECT FROM auth.users WHERE id = $1', [user.id])).resolves.toMatchObject({
      rowCount: 1,
    });
    const paid = await ask(
      endpoint,
      `mutation { createPayment(input: { amount: { amount: "12.50", currency: EUR }, idempotencyKey: "one" }) { __typename } }`,
      { token },
    );
    expect(paid.errors).toBeUndefined();
    const { rows } = await payments.query('SELECT amount FROM payments.payments WHERE user_id = $1', [
      user.id,
    ]);
    expect(rows).toEqual([{ amount: '12.5000' }]);
  });

  it('is filled anew, the ledger of what was paid included', async () => {
    const countLedger = async (): Promise<number> => {
      const text = 'SELECT count(*)::int AS lines FROM payments.ledger_entries';
      return (await payments.query<{ lines: number }>(text)).rows[0]?.lines ?? NaN;
    };
    await eventually('the payment is in the ledger', countLedger, (lines) => lines > 0);
    const parameters = ['seed', '--data', data.folder, '--users', '300', '--payments', '1000'];
    const refused = await supergraph(parameters);
    expect({ status: refused.status, stderr: refused.stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('have rows already'),
    });
    const seeded = await supergraph([...parameters, '--replace']);
    expect({ status: seeded.status, stderr: seeded.stderr }).toEqual({ status: 0, stderr: '' });
    const { rows } = await payments.query('SELECT count(*)::int AS payments FROM payments.payments');
    expect(rows).toEqual([{ payments: 1000 }]);
    expect(await keys()).toEqual(whole);
    expect(await signIn(endpoint, 'customer@example.com')).toMatch(/^ey/);
  });

  it('ends as every other does', async () => {
    await Promise.all([auth.end(), payments.end()]);
    expect((await launcher.stop()).status).toBe(0);
  });
});
