import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { MONOLITH_MAPPING, migrateMonolith, startMonolith } from '../../fixtures/monolith.js';
import { visitShop } from '../../fixtures/monolith-traffic.js';
import { readMapping } from '../mapping/index.js';
import { makePlan, proposeMapping, renderSvg, renderText, runPlanCommand, type Plan } from './index.js';

let server: TemporaryPostgres;
let admin: pg.Client;
let folder: string;
let plan: Plan;

/** The shop's database after a day, with what was sent to it recorded. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'));
  await cp(MONOLITH_MAPPING, join(folder, 'mapping.json'));
  server = await startTemporaryPostgres({ settings: { 'pg_stat_statements.track': 'all' } });
  admin = new pg.Client({ connectionString: server.superuserUrl() });
  await admin.connect();
  await admin.query('CREATE EXTENSION pg_stat_statements');
  await migrateMonolith(server.superuserUrl());
  const shop = await startMonolith(server.superuserUrl());
  await visitShop(shop.url, 'ada');
  await shop.stop();
  await admin.query('ANALYZE');
  plan = await makePlan(server.superuserUrl(), await readMapping(MONOLITH_MAPPING));
});
afterAll(async () => {
  await admin?.end();
  await server?.stop('immediate');
  await rm(folder, { recursive: true, force: true });
});

describe('plan of the monolith', () => {
  it('finds the keys that cross and proposes what replaces each', () => {
    expect(
      plan.keys.map(({ constraint, from, to, onDelete, replacement }) => [
        constraint,
        from,
        to,
        onDelete,
        replacement,
      ]),
    ).toEqual([
      ['book_review_user_id_fkey', 'catalog', 'accounts', 'cascade', 'delete'],
      ['invoice_doc_handled_by_fkey', 'billing', 'accounts', 'set null', 'set-null'],
      ['invoice_doc_order_id_fkey', 'billing', 'orders', 'cascade', 'delete'],
      ['shop_order_user_id_fkey', 'orders', 'accounts', 'restrict', 'refuse'],
      ['shop_order_line_book_id_fkey', 'orders', 'catalog', 'restrict', 'refuse'],
    ]);
    expect(plan.keys[0]).toMatchObject({
      table: 'catalog.reviews',
      references: 'accounts.users',
      decided: false,
    });
    // Of those whose tables some statement joins, a replica is worth a thought.
    expect(
      plan.keys.filter(({ readTogether }) => readTogether > 0).map(({ constraint }) => constraint),
    ).toEqual(['shop_order_user_id_fkey', 'shop_order_line_book_id_fkey']);
  });

  it('finds views, routines, triggers, the sequence and the enum that services share', () => {
    expect(plan.objects.map(({ kind, name, services }) => [kind, name, services.join(' ')])).toEqual([
      ['view', 'public.customer_overview', 'accounts orders'],
      ['routine', 'public.revenue_of_month(month date)', 'billing catalog orders'],
      ['routine', 'public.touch_updated_at()', 'accounts catalog orders'],
      ['trigger', 'take_from_stock on orders.lines', 'catalog orders'],
      ['sequence', 'public.document_number_seq', 'billing orders'],
      ['type', 'public.order_state', 'billing orders'],
    ]);
  });

  it('finds recorded statements that touch two services, through views and functions too', () => {
    const touching = (part: string) => plan.statements.crossing.find(({ text }) => text.includes(part));
    expect(touching('customer_overview')?.services).toEqual(['accounts', 'orders']);
    expect(touching('book_review r WHERE')?.services).toEqual(['catalog', 'orders']);
    expect(touching('revenue_of_month(')?.services).toEqual(['billing', 'catalog', 'orders']);
    // Within one service there is nothing to split.
    expect(touching('page_counter')).toBeUndefined();
    expect(touching('INSERT INTO "public"."app_user"')).toBeUndefined();
    const shares = plan.statements.crossing.reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeGreaterThan(0);
    expect(shares).toBeLessThan(1);
    expect(plan.statements.unparsable).toEqual([]);
  });

  it('sums up sizes', () => {
    const accounts = plan.services.find(({ name }) => name === 'accounts');
    expect(accounts).toMatchObject({ tables: 2, estimatedRows: 2 });
    expect(accounts?.tableBytes).toBeGreaterThan(0);
    expect(plan.unmapped).toEqual(['public._prisma_migrations']);
    expect(plan.obstacles.filter(({ severity }) => severity === 'blocker')).toEqual([]);
  });

  it('is shown as a table and as a picture', () => {
    const text = renderText(plan);
    expect(text).toContain('Foreign keys between services: 5');
    expect(text).toMatch(
      /catalog\.reviews \(user_id\) +accounts\.users \(id\) +book_review_user_id_fkey +cascade +delete/,
    );
    const picture = renderSvg(plan);
    expect(picture.match(/<circle class="service"/g)).toHaveLength(5);
    expect(picture.match(/<path class="band"/g)).toHaveLength(6);
    expect(picture).not.toMatch(/href|url\(|NaN|undefined/);
  });

  it('changes nothing', async () => {
    const { rows } = await admin.query(
      `SELECT count(*)::int AS schemas FROM pg_namespace WHERE nspname !~ '^pg_|^information'`,
    );
    expect(rows).toEqual([{ schemas: 1 }]);
  });
});

describe('plan --check', () => {
  const command = (mode: 'write' | 'check', mapping = join(folder, 'mapping.json')) =>
    runPlanCommand({ url: server.superuserUrl(), mapping, mode });

  it('asks for a plan file first', async () => {
    await expect(command('check')).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  it('agrees with what was written, and the mapping has the decisions', async () => {
    await expect(command('write')).resolves.toMatchObject({ status: 0 });
    const mapping = await readMapping(join(folder, 'mapping.json'));
    expect(mapping.crossings.map(({ constraint, replacement }) => [constraint, replacement])).toContainEqual([
      'invoice_doc_handled_by_fkey',
      'set-null',
    ]);
    await expect(command('check')).resolves.toMatchObject({ status: 0 });
  });

  it('fails on a new key, a changed one and one that is gone', async () => {
    await admin.query(`
      ALTER TABLE page_counter ADD COLUMN book_id int CONSTRAINT new_key REFERENCES book;
      ALTER TABLE invoice_doc DROP CONSTRAINT invoice_doc_handled_by_fkey;
      ALTER TABLE book_review DROP CONSTRAINT book_review_user_id_fkey,
        ADD CONSTRAINT book_review_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user ON DELETE RESTRICT`);
    const { status, output } = await command('check');
    expect(status).toBe(1);
    expect(output).toContain(
      'new_key on pages.counters to catalog.books is new: it couples pages to catalog.',
    );
    expect(output).toContain('invoice_doc_handled_by_fkey on billing.invoices is gone');
    expect(output).toContain(
      'book_review_user_id_fkey on catalog.reviews on delete does restrict; the plan says cascade',
    );
    await admin.query(`
      ALTER TABLE page_counter DROP COLUMN book_id;
      ALTER TABLE invoice_doc ADD CONSTRAINT invoice_doc_handled_by_fkey FOREIGN KEY (handled_by)
        REFERENCES app_user ON DELETE SET NULL ON UPDATE CASCADE;
      ALTER TABLE book_review DROP CONSTRAINT book_review_user_id_fkey,
        ADD CONSTRAINT book_review_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user ON DELETE CASCADE ON UPDATE CASCADE`);
    await expect(command('check')).resolves.toMatchObject({ status: 0 });
  });

  it('fails on a new view across services', async () => {
    await admin.query('CREATE VIEW fresh AS SELECT 1 AS one FROM app_user, invoice_doc');
    const { status, output } = await command('check');
    expect(status).toBe(1);
    expect(output).toContain('The view public.fresh (accounts, billing) is new');
    await admin.query('DROP VIEW fresh');
  });

  it('lets the list of statements shrink and never grow, not even by writing it anew', async () => {
    const file = join(folder, 'mapping.plan.json');
    const before = (JSON.parse(await readFile(file, 'utf8')) as { statements: unknown[] }).statements.length;
    await admin.query('SELECT count(*) FROM app_user a JOIN book b ON b.id = a.id');
    for (const mode of ['check', 'write', 'check'] as const) {
      const { status, output } = await command(mode);
      expect(status).toBe(1);
      expect(output).toContain('A new statement touches accounts and catalog');
    }
    expect((JSON.parse(await readFile(file, 'utf8')) as { statements: unknown[] }).statements).toHaveLength(
      before,
    );
    await admin.query('SELECT pg_stat_statements_reset()');
    const gone = await command('check');
    expect(gone.status).toBe(1);
    expect(gone.output).toContain('A statement that was allowed is not sent any more');
    await command('write');
    expect((JSON.parse(await readFile(file, 'utf8')) as { statements: unknown[] }).statements).toEqual([]);
    await expect(command('check')).resolves.toMatchObject({ status: 0 });
  });
});

describe('plan of databases that are not ready', () => {
  it('says what is missing, to a role that may do little, without the statistics', async () => {
    await admin.query(`CREATE ROLE reader LOGIN PASSWORD 'of-a-test'`);
    await admin.query('CREATE DATABASE bare');
    const bare = new pg.Client({ connectionString: server.superuserUrl('bare') });
    await bare.connect();
    await bare.query(`
      CREATE SCHEMA one; CREATE SCHEMA two;
      CREATE TABLE one.a (id int); CREATE TABLE one.b (id int PRIMARY KEY); CREATE UNLOGGED TABLE one.u (id int PRIMARY KEY);
      CREATE TABLE two.c (id int PRIMARY KEY, b int REFERENCES one.b);
      CREATE FUNCTION one.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM two.c'; END $$`);
    await bare.end();
    const url = new URL(server.superuserUrl('bare'));
    [url.username, url.password] = ['reader', 'of-a-test'];
    const { mapping } = await proposeMapping(url.href);
    expect(Object.keys(mapping.services)).toEqual(['one', 'two']);
    expect(mapping.crossings).toMatchObject([{ constraint: 'c_b_fkey', replacement: 'refuse' }]);
    const found = await makePlan(url.href, mapping);
    expect(found.statements).toMatchObject({ available: false, crossing: [] });
    expect(found.statements.notes[0]).toContain('CREATE EXTENSION pg_stat_statements');
    expect(found.unreadRoutines).toEqual([
      { name: 'one.f()', why: ['it puts SQL together when it runs (EXECUTE)'] },
    ]);
    const blockers = found.obstacles.filter(({ severity }) => severity === 'blocker').map(({ what }) => what);
    expect(blockers).toEqual([
      'the role reader may not replicate',
      'the role reader may create neither schemas nor publications here',
      'the role reader does not own one.a, one.b, one.u, two.c',
      'one.a has no replica identity: once it is published its updates and deletes would fail',
      'one.u is unlogged, and what is not logged is not replicated',
    ]);
  });

  it('refuses a mapping that does not fit, with every mistake', async () => {
    const mapping = join(folder, 'unfit.json');
    await writeFile(
      mapping,
      JSON.stringify({
        version: 1,
        services: {
          a: { tables: [{ schema: 'public', table: 'nothing' }] },
          b: { tables: [{ schema: 'public', table: 'category', columns: ['id', 'title'] }] },
        },
      }),
    );
    await expect(runPlanCommand({ url: server.superuserUrl(), mapping, mode: 'show' })).rejects.toMatchObject(
      {
        code: 'BAD_MAPPING',
        message: expect.stringMatching(
          /no table public\.nothing[^]*column name that the mapping leaves out[^]*no column title/,
        ),
      },
    );
  });

  it('says that a server cannot be reached', async () => {
    await expect(proposeMapping('postgresql://a:secret@127.0.0.1:1/b')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.not.stringContaining('secret'),
    });
    await expect(proposeMapping('mysql://a@b/c')).rejects.toMatchObject({ code: 'BAD_CONNECTION' });
  });
});
