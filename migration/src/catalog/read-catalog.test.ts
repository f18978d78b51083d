import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { readCatalog, type Catalog } from './index.js';

let server: TemporaryPostgres;
let catalog: Catalog;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  const client = new pg.Client({ connectionString: server.superuserUrl() });
  await client.connect();
  await client.query(SCHEMA);
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  catalog = await readCatalog(client);
  await client.query('COMMIT');
  await client.end();
});
afterAll(() => server.stop('immediate'));

const SCHEMA = `
  CREATE SCHEMA shop; CREATE SCHEMA "Odd schema"; CREATE SCHEMA supergraph_migration;
  CREATE ROLE clerk;
  CREATE EXTENSION pg_stat_statements;
  CREATE TYPE shop.colour AS ENUM ('red', 'green');
  CREATE DOMAIN shop.price AS numeric(10,2) CHECK (VALUE >= 0);
  CREATE TABLE supergraph_migration.state (id int);
  CREATE SEQUENCE shop.numbers START 5 INCREMENT 2;
  CREATE TABLE shop.items (
    id serial PRIMARY KEY,
    number bigint NOT NULL DEFAULT nextval('shop.numbers'),
    dropped int,
    colours shop.colour[] DEFAULT '{red}',
    price shop.price,
    label varchar(20) COLLATE "C" UNIQUE,
    lower_label text GENERATED ALWAYS AS (lower(label)) STORED,
    CONSTRAINT positive CHECK (number > 0)
  );
  ALTER TABLE shop.items DROP COLUMN dropped;
  CREATE INDEX items_number ON shop.items (number DESC) WHERE number > 10;
  CREATE TABLE "Odd schema"."Odd ""table" (
    "Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item int REFERENCES shop.items ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE,
    number bigint DEFAULT nextval('shop.numbers')
  );
  CREATE TABLE shop.bare (a int);
  CREATE TABLE shop.whole (a int); ALTER TABLE shop.whole REPLICA IDENTITY FULL;
  CREATE TABLE shop.indexed (a int NOT NULL); CREATE UNIQUE INDEX by_a ON shop.indexed (a);
  ALTER TABLE shop.indexed REPLICA IDENTITY USING INDEX by_a;
  CREATE TABLE shop.days (day date PRIMARY KEY) PARTITION BY RANGE (day);
  CREATE TABLE shop.days_2026 PARTITION OF shop.days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE VIEW shop.labels AS SELECT label FROM shop.items;
  CREATE VIEW shop.both AS SELECT l.label, o.number FROM shop.labels l, "Odd schema"."Odd ""table" o;
  CREATE FUNCTION shop.count_items() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM shop.items; END;
  CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER stamp BEFORE INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.stamp();
  ALTER TABLE shop.bare ENABLE ROW LEVEL SECURITY;
  GRANT SELECT, INSERT (label) ON shop.items TO clerk;
  INSERT INTO shop.items (label) SELECT i::text FROM generate_series(1, 100) i;
  ANALYZE shop.items;
`;

function table(name: string) {
  return catalog.tables.find((candidate) => candidate.name === name)!;
}

describe('readCatalog', () => {
  it('reads columns as they were declared, without the dropped one', () => {
    const columns = Object.fromEntries(table('items').columns.map((column) => [column.name, column]));
    expect(Object.keys(columns)).toEqual(['id', 'number', 'colours', 'price', 'label', 'lower_label']);
    expect(columns['id']).toMatchObject({
      type: 'integer',
      notNull: true,
      default: `nextval('shop.items_id_seq'::regclass)`,
    });
    expect(columns['colours']).toMatchObject({
      position: 4,
      type: 'shop.colour[]',
      userType: { schema: 'shop', name: 'colour' },
    });
    expect(columns['price']).toMatchObject({
      type: 'shop.price',
      userType: { schema: 'shop', name: 'price' },
    });
    expect(columns['label']).toMatchObject({
      type: 'character varying(20)',
      collation: 'pg_catalog."C"',
      userType: undefined,
    });
    expect(columns['lower_label']).toMatchObject({ default: undefined, generated: { stored: true } });
    expect(table('Odd "table').columns[0]).toMatchObject({
      name: 'Id',
      identity: 'always',
      default: undefined,
    });
  });

  it('reads constraints and indexes, and tells which index serves which constraint', () => {
    expect(table('items').constraints.map(({ kind, columns }) => ({ kind, columns }))).toEqual(
      expect.arrayContaining([
        { kind: 'primary key', columns: ['id'] },
        { kind: 'unique', columns: ['label'] },
        { kind: 'check', columns: ['number'] },
      ]),
    );
    expect(table('items').indexes.map(({ name, constraint }) => [name, constraint])).toEqual([
      ['items_label_key', 'items_label_key'],
      ['items_number', undefined],
      ['items_pkey', 'items_pkey'],
    ]);
  });

  it('reads foreign keys with their actions', () => {
    expect(catalog.foreignKeys).toHaveLength(1);
    expect(catalog.foreignKeys[0]).toMatchObject({
      table: { schema: 'Odd schema', name: 'Odd "table' },
      columns: ['item'],
      referencedTable: { schema: 'shop', name: 'items' },
      referencedColumns: ['id'],
      onDelete: 'set null',
      onUpdate: 'cascade',
      deferrable: true,
      validated: true,
    });
  });

  it('tells whether a changed row can be named to a subscriber', () => {
    const identities = Object.fromEntries(
      ['items', 'bare', 'whole', 'indexed'].map((name) => [name, table(name).identifiesRows]),
    );
    expect(identities).toEqual({ items: true, bare: false, whole: true, indexed: true });
    expect(table('indexed').replicaIdentity).toBe('index');
    expect(table('bare').rowSecurity).toBe('on');
  });

  it('knows partitions by their parent', () => {
    expect(table('days').kind).toBe('partitioned');
    expect(table('days_2026').parent).toEqual({ schema: 'shop', name: 'days' });
  });

  it('reads what views read and what parsed functions use', () => {
    const both = catalog.views.find(({ name }) => name === 'both')!;
    expect(both.reads).toEqual([
      { schema: 'Odd schema', name: 'Odd "table' },
      { schema: 'shop', name: 'labels' },
    ]);
    const routine = catalog.routines.find(({ name }) => name === 'count_items')!;
    expect(routine.uses).toEqual([{ schema: 'shop', name: 'items' }]);
    expect(catalog.triggers).toMatchObject([
      {
        name: 'stamp',
        table: { schema: 'shop', name: 'items' },
        function: { schema: 'shop', name: 'stamp' },
      },
    ]);
  });

  it('reads sequences with their owners and everybody who draws from them', () => {
    const numbers = catalog.sequences.find(({ name }) => name === 'numbers')!;
    expect(numbers).toMatchObject({ start: '5', increment: '2', ownedBy: undefined, identity: false });
    expect(numbers.usedBy.map((user) => user.table.name)).toEqual(['Odd "table', 'items']);
    expect(catalog.sequences.find(({ name }) => name === 'items_id_seq')?.ownedBy).toEqual({
      table: { schema: 'shop', name: 'items' },
      column: 'id',
    });
    expect(catalog.sequences.filter(({ identity }) => identity)).toHaveLength(1);
  });

  it('reads enums and domains', () => {
    expect(catalog.types).toMatchObject([
      { name: 'colour', kind: 'enum', labels: ['red', 'green'] },
      { name: 'price', kind: 'domain' },
    ]);
  });

  it('reads rights of others, columns apart', () => {
    expect(table('items').privileges.filter(({ grantee }) => grantee === 'clerk')).toEqual([
      { grantee: 'clerk', privilege: 'SELECT', grantable: false, column: undefined },
      { grantee: 'clerk', privilege: 'INSERT', grantable: false, column: 'label' },
    ]);
  });

  it('leaves out the system, extensions and the state of the migration', () => {
    expect(catalog.schemas).toEqual(['Odd schema', 'public', 'shop']);
    expect(catalog.tables.map(({ name }) => name)).not.toContain('state');
    expect(catalog.views.map(({ name }) => name)).not.toContain('pg_stat_statements');
    expect(catalog.routines.map(({ name }) => name)).toEqual(['count_items', 'stamp']);
  });

  it('reads the server and sizes', () => {
    expect(catalog.server).toMatchObject({ superuser: true, mayReplicate: true, mayCreateInDatabase: true });
    expect(catalog.server.settings['wal_level']).toBe('logical');
    expect(catalog.server.extensions['pg_stat_statements']).toBeDefined();
    expect(table('items').estimatedRows).toBe(100);
    expect(table('bare').estimatedRows).toBeUndefined();
    expect(table('items').tableBytes).toBeGreaterThan(0);
  });
});
