import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startTemporaryPostgres, type TemporaryPostgres } from '../embedded-postgres/index.js';
import { scanDatabase } from './scan-database.js';
import type { TextColumn } from './text-columns.js';

let server: TemporaryPostgres;
let client: pg.Client;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  client = new pg.Client({ connectionString: server.superuserUrl() });
  await client.connect();
  await client.query(`
    CREATE SCHEMA library;
    CREATE TABLE library.readers (id int PRIMARY KEY, email text, notes jsonb, vat text, scan bytea, tags text[]);
    CREATE TABLE library.loans (id int PRIMARY KEY, title varchar(100), "odd name" text);
    INSERT INTO library.readers SELECT i, NULL, '{}', NULL, NULL, '{}' FROM generate_series(1, 100) i;
    INSERT INTO library.loans SELECT i, 'a book', NULL FROM generate_series(1, 100) i;`);
});

afterAll(async () => {
  await client.end();
  await server.stop('immediate');
});

const columns: ReadonlyArray<TextColumn> = [
  { table: 'readers', column: 'email', holds: 'erased', reason: null },
  { table: 'readers', column: 'vat', holds: 'kept', reason: 'tax law' },
];
const scan = (...values: ReadonlyArray<string>) =>
  scanDatabase({ url: server.superuserUrl(), schema: 'library', columns, values });

describe('scanDatabase', () => {
  it('finds nothing where nothing is, and says how much it looked through', async () => {
    expect(await scan('ada@example.com')).toEqual({ findings: [], columns: 7, rows: 200 });
  });

  it.each([
    ['readers', 'email', `'Ada@Example.com'`, 'erased'],
    ['readers', 'notes', `'{"from": ["to ada@example.com, in haste"]}'`, null],
    ['readers', 'vat', `'ada@example.com'`, 'kept'],
    ['readers', 'scan', `convert_to('letter of ada@example.com', 'UTF8')`, null],
    ['readers', 'tags', `'{ada@example.com}'`, null],
    ['loans', 'odd name', `'ada@example.com'`, null],
  ])('finds a value that was planted in %s.%s', async (table, column, value, holds) => {
    await client.query(`UPDATE library.${table} SET "${column}" = ${value} WHERE id = 42`);
    try {
      const { findings } = await scan('nobody', 'ADA@example.com');
      expect(findings).toEqual([expect.objectContaining({ table, column, rows: 1, holds })]);
    } finally {
      await client.query(`UPDATE library.${table} SET "${column}" = DEFAULT WHERE id = 42`);
    }
  });

  it('refuses to look for nothing, or for so little that it is everywhere', async () => {
    await expect(scan()).rejects.toThrow(/at least one value/);
    await expect(scan('ab')).rejects.toThrow(/three characters/);
  });
});
