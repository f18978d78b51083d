import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { connect, disconnect } from '../connections/index.js';
import { parseMapping } from '../mapping/index.js';
import { acquireRunLock, applicationNameFor } from '../state/index.js';
import { LIBRARY_MAPPING, startLibrary, type Library } from '../testing/library.js';
import { startService } from './start.js';

let library: Library;

beforeAll(async () => {
  library = await startLibrary({ members: 20, settings: { max_replication_slots: '2' } });
});
afterAll(() => library.stop());

const start = (change: Partial<Parameters<typeof startService>[0]> = {}) =>
  startService({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints, ...change });

async function expectNoTrace(): Promise<void> {
  for (const pool of [library.source, library.target]) {
    const { rows } = await pool.query(
      `SELECT nspname FROM pg_namespace WHERE nspname = 'supergraph_migration'
       UNION ALL SELECT slot_name FROM pg_replication_slots UNION ALL SELECT pubname FROM pg_publication`,
    );
    expect(rows).toEqual([]);
  }
}

describe('startService refuses, and changes nothing', () => {
  it('too few slots, and says how many', async () => {
    await expect(start()).rejects.toThrow('The source has 2 replication slots left and 3 are needed');
    await expectNoTrace();
  });

  it('a source without logical write-ahead log and a role without rights, all at once', async () => {
    const server = await startTemporaryPostgres({ settings: { wal_level: 'replica' } });
    const admin = new pg.Client({ connectionString: server.superuserUrl() });
    await admin.connect();
    await admin.query(`CREATE ROLE poor LOGIN PASSWORD 'p'; CREATE SCHEMA lending AUTHORIZATION poor`);
    await admin.query(`SET ROLE poor; CREATE TABLE lending.members (id int PRIMARY KEY)`);
    const mapping = parseMapping({
      version: 1,
      services: { lending: { tables: [{ schema: 'lending', table: 'members' }] } },
    });
    const source = `postgresql://poor:p@127.0.0.1:${server.port}/postgres`;
    const refused = start({ mapping, endpoints: { ...library.endpoints, source, sourceForServers: source } });
    await expect(refused).rejects.toMatchObject({ code: 'UNFIT_SERVER' });
    await expect(refused).rejects.toThrow(
      /wal_level is replica[^]*needs REPLICATION[^]*GRANT CREATE ON DATABASE/,
    );
    await admin.end();
    await server.stop('immediate');
    await expectNoTrace();
  });

  it('a source that is not there, without telling the password', async () => {
    const source = 'postgresql://somebody:very-secret@127.0.0.1:1/library';
    const refused = start({ endpoints: { ...library.endpoints, source } });
    await expect(refused).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await expect(refused).rejects.not.toThrow('very-secret');
  });

  it('one database as both', async () => {
    const { source } = library.endpoints;
    await expect(start({ endpoints: { ...library.endpoints, target: source } })).rejects.toThrow(
      'the same database',
    );
  });

  it('a service that the mapping does not have, a column left out', async () => {
    await expect(start({ service: 'kitchen' })).rejects.toThrow('It has: lending, catalogue');
    const { lending, catalogue } = LIBRARY_MAPPING.services;
    const [members, ...rest] = lending.tables;
    const mapping = parseMapping({
      ...LIBRARY_MAPPING,
      services: { lending: { tables: [{ ...members, columns: ['id', 'card'] }, ...rest] }, catalogue },
    });
    await expect(start({ mapping })).rejects.toThrow(
      'lending.members leaves out name, standing, joined, notes',
    );
    await expectNoTrace();
  });

  it('to work beside another run, and says who that is', async () => {
    const other = await connect(library.endpoints.source, {
      what: 'the source',
      applicationName: applicationNameFor('cutover', 'lending'),
    });
    await acquireRunLock(other, 'lending');
    await expect(start()).rejects.toThrow(`migration cutover lending pid ${process.pid}`);
    await disconnect(other);
    await expect(start()).rejects.toMatchObject({ code: 'UNFIT_SERVER' });
  });
});
