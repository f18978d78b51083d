import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { applyCrossingKeys } from './crossing-keys.js';

let server: TemporaryPostgres;
let client: pg.Client;

/** As much of the tables as the keys are about. */
beforeAll(async () => {
  server = await startTemporaryPostgres();
  client = new pg.Client({ connectionString: server.superuserUrl() });
  await client.connect();
  await client.query(`
    CREATE SCHEMA auth; CREATE SCHEMA profile; CREATE SCHEMA payments; CREATE SCHEMA admin;
    CREATE TABLE auth.users (id int PRIMARY KEY);
    CREATE TABLE profile.profiles (user_id int);
    CREATE TABLE payments.payments (user_id int, recipient_id int);
    CREATE TABLE admin.settings (updated_by int);
    INSERT INTO auth.users VALUES (1); INSERT INTO profile.profiles VALUES (2); INSERT INTO payments.payments VALUES (1, NULL)`);
});
afterAll(async () => {
  await client?.end();
  await server?.stop('immediate');
});

async function keys() {
  const { rows } = await client.query(
    `SELECT conname AS name, convalidated AS valid FROM pg_constraint WHERE contype = 'f' ORDER BY 1`,
  );
  return rows;
}

it('makes the keys, says which the rows break, and goes on until they do not', async () => {
  const url = server.superuserUrl();
  // Whose tables lie elsewhere is left out.
  await expect(applyCrossingKeys(url, ['profile', 'payments', 'admin'])).resolves.toEqual([]);
  expect(await keys()).toEqual([]);

  const all = ['auth', 'profile', 'payments', 'admin'];
  const broken = [
    'profile.profiles has rows whose user_id is in no row of auth.users: the foreign key profiles_user_id_fkey holds for new rows only.',
  ];
  await expect(applyCrossingKeys(url, all)).resolves.toEqual(broken);
  expect(await keys()).toEqual([
    { name: 'payments_recipient_id_fkey', valid: true },
    { name: 'payments_user_id_fkey', valid: true },
    { name: 'profiles_user_id_fkey', valid: false },
    { name: 'settings_updated_by_fkey', valid: true },
  ]);
  await expect(client.query('INSERT INTO profile.profiles VALUES (3)')).rejects.toMatchObject({
    code: '23503',
  });
  await expect(applyCrossingKeys(url, all)).resolves.toEqual(broken);
  await client.query('INSERT INTO auth.users VALUES (2)');
  await expect(applyCrossingKeys(url, all)).resolves.toEqual([]);
  expect((await keys()).every(({ valid }) => valid)).toBe(true);
});
