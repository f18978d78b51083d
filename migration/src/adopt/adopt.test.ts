import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import {
  migrateMonolith,
  MONOLITH_MAPPING,
  startMonolith,
  type RunningMonolith,
} from '../../fixtures/monolith.js';
import { EXPECTED_STATUSES, visitShop } from '../../fixtures/monolith-traffic.js';
import { parseMapping, readMapping, type Mapping } from '../mapping/index.js';
import { runPlanCommand } from '../plan/index.js';
import { adopt, undoAdopt } from './index.js';

let server: TemporaryPostgres;
let admin: pg.Client;
let mapping: Mapping;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  admin = new pg.Client({ connectionString: server.superuserUrl() });
  await admin.connect();
  mapping = await readMapping(MONOLITH_MAPPING);
});
afterAll(async () => {
  await admin?.end();
  await server?.stop('immediate');
});

/** A database of a role without any other right, as a managed server gives one. */
async function createDatabase(name: string): Promise<{ readonly url: string; readonly client: pg.Client }> {
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'of-a-test'`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
  const inside = new pg.Client({ connectionString: server.superuserUrl(name) });
  await inside.connect();
  await inside.query('CREATE EXTENSION pg_stat_statements');
  await inside.end();
  const url = new URL(server.superuserUrl(name));
  [url.username, url.password] = [name, 'of-a-test'];
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => undefined);
  await client.connect();
  return { url: url.href, client };
}

async function relations(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; kind: string }>(
    `SELECT n.nspname || '.' || c.relname AS name, c.relkind AS kind FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'v') AND n.nspname !~ '^(pg_|information_schema|supergraph_)' ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, kind }) => [name, kind]));
}

/** Lets customers in, one after another, until told to stop; gives every answer that was not as it should be. */
function keepVisiting(shop: RunningMonolith, name: string) {
  let open = true;
  let visits = 0;
  const wrong: unknown[] = [];
  const visit = async (): Promise<void> => {
    while (open) {
      const answers = await visitShop(shop.url, `${name}-${visits++}`);
      answers.forEach((answer, index) => {
        const [what, status] = EXPECTED_STATUSES[index]!;
        if (answer.what !== what || answer.status !== status) wrong.push(answer);
      });
    }
  };
  const done = visit();
  return {
    visits: () => visits,
    async stop() {
      open = false;
      await done;
      return wrong;
    },
  };
}

describe('adopt on the monolith while customers are in', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let shop: RunningMonolith;
  let before: Record<string, string>;

  beforeAll(async () => {
    database = await createDatabase('shop');
    await migrateMonolith(database.url);
    shop = await startMonolith(database.url);
    before = await relations(database.client);
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.client.end();
  });

  it('moves every table, and no customer notices; undone, nobody notices either', async () => {
    // The first makes what all share: two at once would, also on tables, trip over each other.
    await visitShop(shop.url, 'first');
    const visitors = ['a', 'b', 'c'].map((name) => keepVisiting(shop, name));
    const visitsAfter = async (more: number): Promise<void> => {
      const goal = visitors.map((visitor) => visitor.visits() + more);
      while (visitors.some((visitor, index) => visitor.visits() < goal[index]!)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await visitsAfter(2);
    const result = await adopt({ url: database.url, mapping });
    expect(result.moved).toHaveLength(9);
    expect(result.moved[0]).toEqual({ from: 'public.app_user', place: 'accounts.users' });
    await visitsAfter(2);
    const moved = await relations(database.client);
    expect(moved).toMatchObject({ 'accounts.users': 'r', 'public.app_user': 'v', 'orders.lines': 'r' });
    // A second time there is nothing to do.
    const again = await adopt({ url: database.url, mapping });
    expect(again.moved).toEqual([]);
    expect(again.inPlace).toHaveLength(9);
    const undone = await undoAdopt({ url: database.url, mapping });
    expect(undone.returned).toHaveLength(9);
    await visitsAfter(2);
    expect(await Promise.all(visitors.map((visitor) => visitor.stop()))).toEqual([[], [], []]);
    expect(await relations(database.client)).toEqual(before);
    const { rows } = await database.client.query(
      `SELECT nspname FROM pg_namespace WHERE nspname = 'accounts'`,
    );
    expect(rows).toEqual([]);
    await expect(undoAdopt({ url: database.url, mapping })).resolves.toEqual({ returned: [] });
  });
});

describe('adopt', () => {
  const small = (table: string): Mapping =>
    parseMapping({
      version: 1,
      services: {
        stock: { tables: [{ schema: 'stock', table: 'items', from: { schema: 'public', table } }] },
      },
    });

  it('keeps defaults, identities, generated columns, upserts, prepared statements and rights', async () => {
    const { url, client } = await createDatabase('small');
    await admin.query(`CREATE ROLE clerk LOGIN PASSWORD 'of-a-test'; CREATE ROLE guest`);
    await client.query(`
      CREATE TABLE thing (id serial PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY, label text UNIQUE,
        big text GENERATED ALWAYS AS (upper(label)) STORED, amount int NOT NULL DEFAULT 7 CHECK (amount > 0));
      GRANT SELECT, INSERT, UPDATE (amount) ON thing TO clerk; GRANT USAGE ON SEQUENCE thing_id_seq TO clerk;
      GRANT SELECT ON thing TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO guest;`);
    const clerkUrl = new URL(url);
    clerkUrl.username = 'clerk';
    const clerk = new pg.Client({ connectionString: clerkUrl.href });
    await clerk.connect();
    const insert = (label: string) =>
      clerk.query({
        name: 'insert',
        text: `INSERT INTO thing (label) VALUES ($1) ON CONFLICT (label) DO UPDATE SET amount = thing.amount + 1
               RETURNING id, number, big, amount`,
        values: [label],
      });
    expect((await insert('one')).rows).toEqual([{ id: 1, number: '1', big: 'ONE', amount: 7 }]);

    await adopt({ url, mapping: small('thing') });
    expect((await insert('two')).rows).toEqual([{ id: 2, number: '2', big: 'TWO', amount: 7 }]);
    expect((await insert('one')).rows).toMatchObject([{ id: 1, big: 'ONE', amount: 8 }]);
    await expect(clerk.query('UPDATE thing SET amount = 0')).rejects.toMatchObject({ code: '23514' });
    await expect(clerk.query(`UPDATE thing SET label = 'x'`)).rejects.toMatchObject({ code: '42501' });
    await expect(clerk.query('DELETE FROM thing')).rejects.toMatchObject({ code: '42501' });
    // The new name is the service's: old roles have no business there.
    await expect(clerk.query('SELECT FROM stock.items')).rejects.toMatchObject({ code: '42501' });
    const { rows } = await client.query(`SELECT has_table_privilege('guest', 'thing', 'DELETE') AS guest`);
    expect(rows).toEqual([{ guest: false }]);
    await clerk.end();
    await client.end();
  });

  it('refuses before the first change when a recorded statement could not work with a view', async () => {
    const { url, client } = await createDatabase('picky');
    await client.query(`
      CREATE TABLE thing (id int CONSTRAINT thing_key PRIMARY KEY, label text);
      INSERT INTO thing VALUES (1, 'one') ON CONFLICT ON CONSTRAINT thing_key DO NOTHING;
      SELECT id, label, count(*) FROM thing GROUP BY id;
      SELECT label FROM thing WHERE id = 1;
      TRUNCATE thing;
      CREATE FUNCTION totals() RETURNS TABLE (label text) LANGUAGE sql AS 'SELECT label FROM thing GROUP BY id'`);
    const before = await relations(client);
    const refusal = await adopt({ url, mapping: small('thing') }).catch((error: Error) => error.message);
    expect(refusal).toContain('Nothing was changed');
    expect(refusal).toContain('ON CONFLICT ON CONSTRAINT thing_key DO NOTHING cannot work');
    expect(refusal).toContain('SELECT id, label, count(*) FROM thing GROUP BY id cannot work');
    expect(refusal).toContain('TRUNCATE thing cannot work');
    expect(refusal).toContain('The function public.totals() cannot work');
    expect(refusal).not.toContain('SELECT label FROM thing WHERE');
    expect(await relations(client)).toEqual(before);
    const { moved, notes } = await adopt({ url, mapping: small('thing'), despiteFailures: true });
    expect(moved).toHaveLength(1);
    expect(notes.filter((note) => note.includes('cannot work'))).toHaveLength(4);
    await client.end();
  });

  it('refuses what cannot be moved, with all of it', async () => {
    const { url, client } = await createDatabase('unfit');
    await client.query(`
      CREATE TABLE thing (id serial PRIMARY KEY); CREATE SCHEMA stock; CREATE TABLE stock.thing_pkey (id int);
      CREATE RULE nothing AS ON DELETE TO thing DO INSTEAD NOTHING`);
    await admin.query(`CREATE ROLE stranger LOGIN PASSWORD 'of-a-test'`);
    const strangerUrl = new URL(url);
    strangerUrl.username = 'stranger';
    await expect(adopt({ url: strangerUrl.href, mapping: small('thing') })).rejects.toMatchObject({
      code: 'UNFIT_TABLE',
      message: expect.stringMatching(
        /may not create schemas[^]*belongs to unfit[^]*has rules[^]*brings thing_pkey/,
      ),
    });
    await expect(adopt({ url, mapping: small('nothing') })).rejects.toMatchObject({ code: 'BAD_MAPPING' });
    await expect(adopt({ url, mapping, services: ['stock'] })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    await client.end();
  });

  it('goes on where it was cut off, and gives up on a table that is never free without having changed it', async () => {
    const { url, client } = await createDatabase('busy');
    await migrateMonolith(url);
    const holder = new pg.Client({ connectionString: url, application_name: 'somebody' });
    await holder.connect();
    // Held after the rehearsal, which wants it too: the moves before it are done, then the tool waits for this one.
    let holding: Promise<unknown> | undefined;
    const hold = (message: string): void => {
      if (message.includes('were tried')) holding = holder.query('BEGIN; LOCK TABLE shop_order');
    };
    await expect(
      adopt({ url, mapping, onProgress: hold, lockMilliseconds: 20, totalMilliseconds: 500 }),
    ).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/public\.shop_order was never free.*somebody/),
    });
    await holding;
    expect(await relations(client)).toMatchObject({ 'public.shop_order': 'r', 'public.app_user': 'v' });

    // The same again, and now the tool is gone in the middle of waiting.
    await holder.query('ROLLBACK; BEGIN; LOCK TABLE shop_order_line');
    const cutOff = adopt({ url, mapping, despiteFailures: true });
    const cut = expect(cutOff).rejects.toThrow();
    for (let ended = 0; ended === 0;) {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migration adopt%' AND wait_event_type = 'Lock'`,
      );
      ended = rowCount ?? 0;
    }
    await cut;
    await holder.query('ROLLBACK');

    const { moved, inPlace } = await adopt({ url, mapping });
    expect(moved.map(({ place }) => place)).toContain('orders.lines');
    expect(moved.length + inPlace.length).toBe(9);
    const { rows } = await client.query('SELECT count(*)::int AS adopted FROM supergraph_migration.adoption');
    expect(rows).toEqual([{ adopted: 9 }]);

    await holder.query('BEGIN; LOCK TABLE catalog.books');
    await expect(
      undoAdopt({ url, mapping, lockMilliseconds: 20, totalMilliseconds: 100 }),
    ).rejects.toMatchObject({
      code: 'TIMED_OUT',
    });
    await holder.query('ROLLBACK');
    const { returned } = await undoAdopt({ url, mapping });
    expect(returned.length).toBeGreaterThan(0);
    expect(await relations(client)).toMatchObject({ 'public.book': 'r', 'public.app_user': 'r' });
    expect(Object.keys(await relations(client))).not.toContain('catalog.books');
    await holder.end();
    await client.end();
  });

  it('lets one run at a time', async () => {
    const { url, client } = await createDatabase('twice');
    await client.query('CREATE TABLE thing (id int PRIMARY KEY)');
    await client.query('BEGIN; LOCK TABLE thing');
    const first = adopt({ url, mapping: small('thing') });
    for (let waiting = 0; waiting === 0;) {
      const { rowCount } = await admin.query(
        `SELECT FROM pg_stat_activity WHERE application_name LIKE 'migration adopt stock%'`,
      );
      waiting = rowCount ?? 0;
    }
    await expect(adopt({ url, mapping: small('thing') })).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    await client.query('ROLLBACK');
    await expect(first).resolves.toMatchObject({ moved: [{ place: 'stock.items' }] });
    // What stands on a view keeps it from going, and that is said.
    await client.query('CREATE VIEW on_top AS SELECT * FROM thing');
    await expect(undoAdopt({ url, mapping: small('thing') })).rejects.toMatchObject({
      code: 'UNFIT_TABLE',
      message: expect.stringContaining('view public.on_top depends on view public.thing'),
    });
    await client.end();
  });

  it('lets row-level security judge whoever asks, and leaves partitions where they are', async () => {
    const { url, client } = await createDatabase('rows');
    await admin.query(`CREATE ROLE warden LOGIN PASSWORD 'of-a-test'`);
    await client.query(`
      CREATE TABLE thing (id int PRIMARY KEY, owner name NOT NULL DEFAULT current_user);
      ALTER TABLE thing ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON thing USING (owner = current_user);
      GRANT SELECT, INSERT ON thing TO warden; INSERT INTO thing VALUES (1);
      CREATE TABLE day (at date PRIMARY KEY) PARTITION BY RANGE (at);
      CREATE TABLE day_2026 PARTITION OF day FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`);
    const both = parseMapping({
      version: 1,
      services: {
        stock: {
          tables: ['thing', 'day'].map((table) => ({
            schema: 'stock',
            table: `${table}s`,
            from: { schema: 'public', table },
          })),
        },
      },
    });
    const { notes } = await adopt({ url, mapping: both });
    expect(notes).toContain('public.day_2026 is a part of public.day and stays where it is.');
    const wardenUrl = new URL(url);
    wardenUrl.username = 'warden';
    const warden = new pg.Client({ connectionString: wardenUrl.href });
    await warden.connect();
    await warden.query('INSERT INTO thing (id) VALUES (2)');
    expect((await warden.query('SELECT id FROM thing')).rows).toEqual([{ id: 2 }]);
    expect((await client.query('SELECT id FROM thing ORDER BY 1')).rows).toEqual([{ id: 1 }, { id: 2 }]);
    await client.query(`INSERT INTO day VALUES ('2026-11-23')`);
    expect((await client.query('SELECT count(*)::int AS days FROM day_2026')).rows).toEqual([{ days: 1 }]);
    await warden.end();
    await undoAdopt({ url, mapping: both });
    expect(await relations(client)).toMatchObject({ 'public.day_2026': 'r', 'public.thing': 'r' });
    await client.end();
  });

  it('works for an administrator too, and the owner goes on owning', async () => {
    const { url, client } = await createDatabase('owned');
    await client.query(`
      CREATE TABLE thing (id int PRIMARY KEY); CREATE TABLE part (thing int REFERENCES thing ON DELETE CASCADE)`);
    const asAdministrator = new URL(url);
    const { username, password } = new URL(server.superuserUrl());
    [asAdministrator.username, asAdministrator.password] = [username, password];
    await adopt({ url: asAdministrator.href, mapping: small('thing') });
    await client.query(
      'INSERT INTO thing VALUES (1), (2); INSERT INTO part VALUES (1), (2); DELETE FROM thing WHERE id = 1',
    );
    await expect(client.query('INSERT INTO part VALUES (3)')).rejects.toMatchObject({ code: '23503' });
    expect((await client.query('SELECT thing FROM part')).rows).toEqual([{ thing: 2 }]);
    await undoAdopt({ url: asAdministrator.href, mapping: small('thing') });
    await client.query('ALTER TABLE thing ADD COLUMN label text');
    await client.end();
  });

  it('leaves the plan as it was written', async () => {
    const { url, client } = await createDatabase('planned');
    await migrateMonolith(url);
    const folder = await mkdtemp(join(tmpdir(), 'adopt-'));
    const file = join(folder, 'mapping.json');
    await cp(MONOLITH_MAPPING, file);
    await runPlanCommand({ url, mapping: file, mode: 'write' });
    await adopt({ url, mapping });
    const { output, status } = await runPlanCommand({ url, mapping: file, mode: 'check' });
    expect(output).toContain('5 keys, 6 objects');
    expect(status).toBe(0);
    await rm(folder, { recursive: true });
    await client.end();
  });
});
