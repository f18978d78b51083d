import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { parseMapping } from '../mapping/index.js';
import type { ProgressReport } from '../move/index.js';
import { readState } from '../state/index.js';
import { readStatus } from '../status/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { until } from '../testing/until.js';
import { startService } from './start.js';
import { connect, disconnect } from '../connections/index.js';

let library: Library;

beforeAll(async () => {
  library = await startLibrary({ settings: { max_slot_wal_keep_size: '1MB' } });
  for (const server of [library.sourceServer, library.targetServer]) {
    const admin = new pg.Client({ connectionString: server.superuserUrl() });
    await admin.connect();
    await admin.query('CREATE ROLE desk');
    await admin.end();
  }
  await library.source
    .query(`GRANT USAGE ON SCHEMA lending TO desk; GRANT SELECT, INSERT ON lending.loans TO desk;
    GRANT SELECT (name) ON lending.members TO desk; GRANT USAGE ON lending.loans_id_seq TO desk`);
});
afterAll(() => library.stop());

async function rows(pool: Library['source'], statement: string): Promise<ReadonlyArray<unknown>> {
  return (await pool.query<Record<string, unknown>>(statement)).rows;
}

describe('startService', () => {
  it('makes the tables with all that belongs to them, copies the rows and follows', async () => {
    const told: ProgressReport[] = [];
    const { service, mapping, endpoints } = { service: 'lending', ...library };
    await startService({ service, mapping, endpoints, report: (progress) => told.push(progress) });

    expect(told.some(({ kind }) => kind === 'copy')).toBe(true);
    for (const table of ['members', 'loans', 'fines']) {
      const statement = `SELECT * FROM lending.${table} ORDER BY 1, 2`;
      expect(await rows(library.target, statement)).toEqual(await rows(library.source, statement));
    }
    const definitions = `
      SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE connamespace = 'lending'::regnamespace AND contype <> 'n' AND conname <> 'loans_book_id_fkey' AND conrelid <> 0
      UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
       WHERE indrelid::regclass::text LIKE 'lending.%'
      UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
       WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'lending.%' ORDER BY 1, 2`;
    expect(await rows(library.target, definitions)).toEqual(await rows(library.source, definitions));
    expect((await rows(library.target, definitions)).length).toBeGreaterThan(12);

    const source = await connect(endpoints.source, { what: 'the source', applicationName: 'test' });
    expect(await readState(source, 'lending')).toMatchObject({ phase: 'streaming', writesTo: 'source' });
    await disconnect(source);
  });

  it('gives the roles that both servers know the rights that they had', async () => {
    const rights = `SELECT has_table_privilege('desk', 'lending.loans', 'INSERT') AS loans,
      has_table_privilege('desk', 'lending.fines', 'SELECT') AS fines, has_schema_privilege('desk', 'lending', 'USAGE') AS schema,
      has_column_privilege('desk', 'lending.members', 'name', 'SELECT') AS name,
      has_column_privilege('desk', 'lending.members', 'notes', 'SELECT') AS notes,
      has_sequence_privilege('desk', 'lending.loans_id_seq', 'USAGE') AS numbers`;
    const expected = [{ loans: true, fines: false, schema: true, name: true, notes: false, numbers: true }];
    expect(await rows(library.source, rights)).toEqual(expected);
    expect(await rows(library.target, rights)).toEqual(expected);
  });

  it('lets nobody but replication write on the target', async () => {
    await expect(library.target.query(`UPDATE lending.members SET name = 'x'`)).rejects.toThrow(
      'served by another database',
    );
    await library.source.query(`UPDATE lending.members SET name = 'changed' WHERE card = 'AB1'`);
    await until(async () => {
      const found = await rows(library.target, `SELECT 1 FROM lending.members WHERE name = 'changed'`);
      return found.length === 1;
    });
  });

  it('copies anew when somebody dropped the subscription', async () => {
    const { mapping, endpoints } = library;
    await library.target.query('DROP SUBSCRIPTION supergraph_lending_forward');
    await library.source.query(`UPDATE lending.members SET name = 'meanwhile' WHERE card = 'AB2'`);
    expect(await startService({ service: 'lending', mapping, endpoints })).toMatchObject({ restarts: 1 });
    const statement = 'SELECT id, name FROM lending.members ORDER BY 1';
    expect(await rows(library.target, statement)).toEqual(await rows(library.source, statement));
  });

  it('notices that the source has removed log that it needs, and copies anew', async () => {
    const { mapping, endpoints } = library;
    await library.target.query('ALTER SUBSCRIPTION supergraph_lending_forward DISABLE');
    await library.source.query(`UPDATE lending.members SET name = 'unheard' WHERE card = 'AB3'`);
    const superuser = new pg.Client({ connectionString: library.sourceServer.superuserUrl('library') });
    await superuser.connect();
    await until(async () => {
      await superuser.query(
        `SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000)) FROM generate_series(1, 40)`,
      );
      await superuser.query('CHECKPOINT');
      return (
        (await superuser.query(`SELECT 1 FROM pg_replication_slots WHERE wal_status = 'lost'`)).rowCount === 1
      );
    });
    await superuser.end();
    const status = await readStatus({ service: 'lending', mapping, endpoints, watchMilliseconds: 1 });
    expect(status.drift.join()).toContain('The slot of the stream forward is lost');
    expect(await startService({ service: 'lending', mapping, endpoints })).toMatchObject({ restarts: 1 });
    const statement = 'SELECT id, name FROM lending.members ORDER BY 1';
    expect(await rows(library.target, statement)).toEqual(await rows(library.source, statement));
    const indexes = `SELECT indexname FROM pg_indexes WHERE schemaname = 'lending' ORDER BY 1`;
    expect(await rows(library.target, indexes)).toEqual(await rows(library.source, indexes));
  });

  it('makes the tables by a program that the mapping names, and builds its indexes after the copy', async () => {
    const { source } = library;
    await source.query(`CREATE SCHEMA kiosk;
      CREATE TABLE kiosk.papers (id int PRIMARY KEY, title text NOT NULL UNIQUE);
      CREATE TABLE kiosk.sales (id int PRIMARY KEY, paper int REFERENCES kiosk.papers (id));
      CREATE INDEX sales_paper ON kiosk.sales (paper);
      INSERT INTO kiosk.papers VALUES (1, 'The Daily'); INSERT INTO kiosk.sales VALUES (7, 1)`);
    const program = `
      import pg from 'pg';
      const client = new pg.Client({ connectionString: process.env.KIOSK_URL });
      await client.connect();
      await client.query(\`CREATE SCHEMA kiosk;
        CREATE TABLE kiosk.papers (title text NOT NULL UNIQUE, id int PRIMARY KEY);
        CREATE TABLE kiosk.sales (id int PRIMARY KEY, paper int REFERENCES kiosk.papers (id));
        CREATE INDEX sales_by_paper ON kiosk.sales (paper)\`);
      await client.end();`;
    const kiosk = (code: string) => ({
      tables: ['papers', 'sales'].map((table) => ({ schema: 'kiosk', table })),
      targetSchema: {
        kind: 'command',
        command: [process.execPath, '--input-type=module', '-e', code],
        directory: fileURLToPath(new URL('.', import.meta.url)),
        variable: 'KIOSK_URL',
      },
    });
    const start = (code: string) =>
      startService({
        service: 'kiosk',
        mapping: parseMapping({ version: 1, services: { kiosk: kiosk(code) } }),
        endpoints: library.endpoints,
      });
    await expect(start(`throw new Error('out of paper')`)).rejects.toThrow('out of paper');
    await start(program);
    expect(
      await rows(
        library.target,
        'SELECT title, paper FROM kiosk.papers p JOIN kiosk.sales s ON s.paper = p.id',
      ),
    ).toEqual([{ title: 'The Daily', paper: 1 }]);
    const names = await rows(
      library.target,
      `SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'kiosk' ORDER BY 1`,
    );
    expect(names.map((row) => (row as { name: string }).name)).toEqual([
      'papers_pkey',
      'papers_title_key',
      'sales_by_paper',
      'sales_pkey',
    ]);
    const keys = await rows(library.target, `SELECT 1 FROM pg_constraint WHERE conname = 'sales_paper_fkey'`);
    expect(keys).toHaveLength(1);
  });

  it('refuses a target that has such tables already, and changes nothing', async () => {
    await library.target.query('CREATE SCHEMA catalogue; CREATE TABLE catalogue.books (id int PRIMARY KEY)');
    const { mapping, endpoints } = library;
    await expect(startService({ service: 'catalogue', mapping, endpoints })).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
    });
    await expect(startService({ service: 'catalogue', mapping, endpoints })).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
    });
  });
});
