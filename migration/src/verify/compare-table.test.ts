import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { readCatalog } from '../catalog/index.js';
import { connect, disconnect } from '../connections/index.js';
import { compareTable, type Snapshots } from './compare-table.js';
import { comparisonOf } from './comparison.js';

let server: TemporaryPostgres;
let sides: Snapshots;

const TABLES = `
  CREATE SCHEMA t;
  CREATE TABLE t.numbers (id int PRIMARY KEY, body text NOT NULL);
  INSERT INTO t.numbers SELECT n, md5(n::text) FROM generate_series(1, 20000) n;
  CREATE TABLE t.words (word text PRIMARY KEY, body text);
  INSERT INTO t.words SELECT CASE n % 4 WHEN 0 THEN 'ä' WHEN 1 THEN 'Z"' WHEN 2 THEN 'a\\' ELSE '{' END || n, n FROM generate_series(1, 20000) n;
  CREATE TABLE t.crowded (tenant int, line int, body numeric, PRIMARY KEY (tenant, line));
  INSERT INTO t.crowded SELECT 1, n, n / 4.0 FROM generate_series(1, 20000) n;
  CREATE TABLE t.empty (id uuid PRIMARY KEY);`;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  const admin = new pg.Client({ connectionString: server.superuserUrl() });
  await admin.connect();
  await admin.query('CREATE DATABASE one');
  await admin.query('CREATE DATABASE other');
  await admin.end();
  const [source, target] = await Promise.all(
    ['one', 'other'].map(async (name) => {
      const client = await connect(server.superuserUrl(name), { what: name, applicationName: 'test' });
      await client.query(TABLES);
      return client;
    }),
  );
  sides = { source: source!, target: target! };
});
afterAll(async () => {
  await disconnect(sides.source, sides.target);
  await server.stop('immediate');
});

async function compare(name: string, version = 18) {
  const { tables } = await readCatalog(sides.source);
  const table = tables.find((candidate) => candidate.name === name)!;
  return compareTable(sides, comparisonOf(table, version), { maximumDifferences: 10, showValues: true });
}

describe.each([
  ['without statistics', ''],
  ['with statistics', 'ANALYZE'],
])('compareTable %s', (_, prepare) => {
  beforeAll(async () => {
    if (prepare !== '') await sides.source.query(prepare);
  });

  it.each([
    ['numbers', `id = 12345`, ['12345']],
    ['words', `word = 'a\\14'`, ['a\\14']],
    ['crowded', `line = 777`, ['1', '777']],
  ])('finds one byte among the rows of %s', async (name, condition, key) => {
    expect(await compare(name)).toMatchObject({
      differences: [],
      differingRanges: 0,
      rows: { source: 20_000, target: 20_000 },
    });
    const { rows } = await sides.target.query<{ body: string }>(
      `SELECT body FROM t.${name} WHERE ${condition}`,
    );
    const body = rows[0]!.body;
    await sides.target.query(`UPDATE t.${name} SET body = $1 WHERE ${condition}`, [
      `${body}0`.replace(/^(\d+)0$/, '$1.0'),
    ]);
    for (const version of [18, 13]) {
      const { differences, isComplete } = await compare(name, version);
      expect(differences).toMatchObject([
        { key, kind: 'different', columns: [{ name: 'body', source: body }] },
      ]);
      expect(isComplete).toBe(true);
    }
    await sides.target.query(`UPDATE t.${name} SET body = $1 WHERE ${condition}`, [body]);
  });

  it('finds rows that one side lacks, and says when there are more than it lists', async () => {
    await sides.target.query('DELETE FROM t.numbers WHERE id % 1000 = 0');
    await sides.source.query('DELETE FROM t.numbers WHERE id = 5');
    const { differences, isComplete, rows } = await compare('numbers');
    expect(rows).toEqual({ source: 19_999, target: 19_980 });
    expect(differences).toHaveLength(10);
    expect(isComplete).toBe(false);
    expect(new Set(differences.map(({ kind }) => kind))).toEqual(
      new Set(['missing on the target', 'on the target only']),
    );
    await sides.target.query(
      'INSERT INTO t.numbers SELECT n, md5(n::text) FROM generate_series(1000, 20000, 1000) n',
    );
    await sides.source.query(`INSERT INTO t.numbers VALUES (5, md5('5'))`);
    expect((await compare('numbers')).differences).toEqual([]);
  });

  it('compares empty tables', async () => {
    expect(await compare('empty')).toMatchObject({ differences: [], rows: { source: 0, target: 0 } });
    await sides.target.query(`INSERT INTO t.empty VALUES ('00000000-0000-4000-8000-000000000000')`);
    expect((await compare('empty')).differences).toMatchObject([{ kind: 'on the target only' }]);
    await sides.target.query('DELETE FROM t.empty');
  });
});
