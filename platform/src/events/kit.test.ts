import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { schemaDrift } from '../prisma/index.js';
import { kitFolder, startTestServer, tellWidgets, type TestServer } from './test-fixtures.js';
import { readSettled } from './read-log.js';
import { createSettledLog } from './settled-log.js';

const head = `generator client {
  provider = "prisma-client"
  output   = "../generated"
}

datasource db {
  provider = "postgresql"
}
`;
let server: TestServer;
const id = '019b0000-0000-7000-8000-000000000001';

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('the SQL kit', () => {
  it('makes what the models describe', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'events-kit-'));
    const client = new pg.Client({ connectionString: server.superuserUrl() });
    try {
      await client.connect();
      await client.query('CREATE DATABASE scratch');
      const migration = join(folder, 'migrations', '1_events');
      await mkdir(migration, { recursive: true });
      await writeFile(
        join(migration, 'migration.sql'),
        await readFile(join(kitFolder, 'migration.sql'), 'utf8'),
      );
      await writeFile(join(folder, 'migrations', 'migration_lock.toml'), 'provider = "postgresql"\n');
      const schemaPath = join(folder, 'schema.prisma');
      await writeFile(schemaPath, head + (await readFile(join(kitFolder, 'models.prisma'), 'utf8')));
      const drift = await schemaDrift({
        connectionString: server.superuserUrl('scratch'),
        schema: 'maker',
        migrationsDirectory: join(folder, 'migrations'),
        schemaPath,
      });
      expect(drift).toBeNull();
    } finally {
      await client.end();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('keeps the logs of two services in one database apart', async () => {
    const one = await server.createDatabase('one', { database: 'shared_db' });
    const other = await server.createDatabase('other', { database: 'shared_db' });
    const open = await one.pool.connect();
    try {
      await open.query('BEGIN');
      await open.query(`SELECT next_outbox_sequence('outbox_sequence')`);
      await tellWidgets(other, { id, version: 1 });
      const page = await readSettled(other.pool, { source: 'maker', after: 0n, limit: 10 });
      expect(page.events.map(({ data }) => data)).toEqual([{ id, name: 'widget 1', version: 1 }]);
      const log = createSettledLog({ pool: one.pool });
      expect(await log.look()).toBe(0n);
      await open.query('ROLLBACK');
      expect(await log.look()).toBe(1n);
    } finally {
      open.release();
    }
  });

  it("gives the service's role no way to change what was told", async () => {
    const { pool } = await server.createDatabase('maker');
    await expect(pool.query(`UPDATE outbox SET type = 'x.y.z'`)).rejects.toThrow(/permission denied/);
    await expect(pool.query(`UPDATE outbox_epoch SET epoch = gen_random_uuid()`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(pool.query(`SELECT setval('outbox_sequence', 1)`)).rejects.toThrow(/permission denied/);
  });
});
