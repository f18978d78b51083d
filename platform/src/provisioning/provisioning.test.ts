import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { startTemporaryPostgres, type TemporaryPostgres } from '../embedded-postgres/index.js';
import { applyGrants, ensureServiceRole, provisionServiceDatabase } from './index.js';
import { urlFor } from './connection.js';

const denied = { code: '42501' };
let server: TemporaryPostgres;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supergraph-provisioning-test-'));
  server = await startTemporaryPostgres();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<ReadonlyArray<unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query({ text: sql, rowMode: 'array' });
    return result.rows as ReadonlyArray<unknown>;
  } finally {
    await client.end();
  }
}

function optionsFor(service: string, database = `${service}_db`) {
  return {
    superuserUrl: server.superuserUrl(),
    database,
    schema: service,
    ownerRole: `${service} Owner`,
    ownerPassword: `owner' of ${service} @/:`,
    serviceRole: `${service}_service`,
    servicePassword: `service" of ${service} %`,
  };
}

async function grantsFile(text: string): Promise<string> {
  const path = join(folder, 'grants.sql');
  await writeFile(path, text);
  return path;
}

describe('provisionServiceDatabase with a database for each service', () => {
  it('gives an owner who can migrate and a service that can only connect', async () => {
    const { ownerUrl, serviceUrl } = await provisionServiceDatabase(optionsFor('alpha'));
    await query(ownerUrl, 'CREATE SCHEMA IF NOT EXISTS alpha');
    await query(ownerUrl, 'CREATE TABLE things (id int)');
    await query(ownerUrl, `CREATE FUNCTION seven() RETURNS int LANGUAGE sql AS 'SELECT 7'`);
    await expect(query(serviceUrl, 'SELECT seven()')).rejects.toMatchObject(denied);
    expect(await query(ownerUrl, `SELECT 'alpha.things'::regclass::text, current_user`)).toEqual([
      ['things', 'alpha Owner'],
    ]);
    expect(await query(serviceUrl, 'SELECT current_user, current_schema, current_database()')).toEqual([
      ['alpha_service', 'alpha', 'alpha_db'],
    ]);
    await expect(query(serviceUrl, 'SELECT * FROM things')).rejects.toMatchObject(denied);
    await expect(query(serviceUrl, 'CREATE TABLE alpha.mine (id int)')).rejects.toMatchObject(denied);
    await expect(query(serviceUrl, 'CREATE TABLE public.mine (id int)')).rejects.toMatchObject(denied);
    await expect(query(serviceUrl, 'CREATE TEMPORARY TABLE mine (id int)')).rejects.toMatchObject(denied);
    await expect(query(serviceUrl, 'CREATE SCHEMA mine')).rejects.toMatchObject(denied);
    await expect(query(serviceUrl, 'SET ROLE "alpha Owner"')).rejects.toMatchObject(denied);
  });

  it('limits how long a statement of the service may hang', async () => {
    const { serviceUrl, ownerUrl } = await provisionServiceDatabase(optionsFor('alpha'));
    const settings = `SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout')`;
    expect(await query(serviceUrl, settings)).toEqual([['10s', '15s', '5s']]);
    expect(await query(ownerUrl, settings)).toEqual([['0', '0', '0']]);
  });

  it("keeps each service out of the others' databases and out of the server's own", async () => {
    const alpha = await provisionServiceDatabase(optionsFor('alpha'));
    const beta = await provisionServiceDatabase(optionsFor('beta'));
    for (const url of [beta.serviceUrl, beta.ownerUrl]) {
      for (const database of ['alpha_db', 'postgres', 'template1']) {
        const elsewhere = new URL(url);
        elsewhere.pathname = `/${database}`;
        await expect(query(elsewhere.href, 'SELECT 1')).rejects.toMatchObject(denied);
      }
    }
    const intruder = new URL(alpha.serviceUrl);
    intruder.password = 'wrong';
    await expect(query(intruder.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('can be run again, side by side too, and then goes by the newest passwords', async () => {
    const options = optionsFor('gamma');
    await Promise.all([provisionServiceDatabase(options), provisionServiceDatabase(options)]);
    const old = await provisionServiceDatabase(options);
    await query(old.ownerUrl, 'CREATE TABLE kept (id int)');
    const renewed = await provisionServiceDatabase({ ...options, servicePassword: 'another one' });
    await expect(query(old.serviceUrl, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(renewed.serviceUrl, 'SELECT 1')).toEqual([[1]]);
    expect(await query(renewed.ownerUrl, 'SELECT count(*)::int FROM kept')).toEqual([[0]]);
  });

  it('lets the owner create a shadow database only when asked to', async () => {
    const { ownerUrl } = await provisionServiceDatabase(optionsFor('delta'));
    await expect(query(ownerUrl, 'CREATE DATABASE shadow')).rejects.toMatchObject(denied);
    await provisionServiceDatabase({ ...optionsFor('delta'), ownerCanCreateDatabases: true });
    await query(ownerUrl, 'CREATE DATABASE shadow');
    await query(ownerUrl, 'DROP DATABASE shadow');
    await provisionServiceDatabase(optionsFor('delta'));
    await expect(query(ownerUrl, 'CREATE DATABASE shadow')).rejects.toMatchObject(denied);
  });

  it('never shows a password to the server in a statement', async () => {
    const options = { ...optionsFor('epsilon'), servicePassword: 'needle in the haystack' };
    await query(server.superuserUrl(), 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await provisionServiceDatabase(options);
    const statements = JSON.stringify(
      await query(server.superuserUrl(), 'SELECT query FROM pg_stat_statements'),
    );
    expect(statements).toContain('epsilon_service');
    expect(statements).not.toContain('needle');
  });

  it('refuses names that PostgreSQL would cut off, one role for both, and passwords that clients read differently', async () => {
    const options = optionsFor('zeta');
    const bad = { code: 'BAD_NAME' };
    await expect(provisionServiceDatabase({ ...options, schema: 'z'.repeat(64) })).rejects.toMatchObject(bad);
    await expect(
      provisionServiceDatabase({ ...options, serviceRole: options.ownerRole }),
    ).rejects.toMatchObject(bad);
    const badPassword = { code: 'BAD_PASSWORD' };
    await expect(provisionServiceDatabase({ ...options, servicePassword: '' })).rejects.toMatchObject(
      badPassword,
    );
    await expect(provisionServiceDatabase({ ...options, ownerPassword: 'pä' })).rejects.toMatchObject(
      badPassword,
    );
  });
});

describe('provisionServiceDatabase with one database for all', () => {
  const shared = (service: string) => ({
    ...optionsFor(service, 'shared_db'),
    databaseOwner: 'shared_owner',
  });

  it('gives each service a schema that the others cannot see into', async () => {
    const one = await provisionServiceDatabase(shared('one'));
    const two = await provisionServiceDatabase(shared('two'));
    await query(one.ownerUrl, 'CREATE SCHEMA IF NOT EXISTS one; CREATE TABLE secrets (id int)');
    expect(await query(two.ownerUrl, 'SELECT current_database(), current_schema')).toEqual([
      ['shared_db', 'two'],
    ]);
    for (const url of [two.ownerUrl, two.serviceUrl]) {
      await expect(query(url, 'SELECT * FROM one.secrets')).rejects.toMatchObject(denied);
      await expect(query(url, 'CREATE TABLE one.mine (id int)')).rejects.toMatchObject(denied);
    }
    await expect(query(two.ownerUrl, 'DROP SCHEMA one CASCADE')).rejects.toMatchObject(denied);
    await expect(query(two.ownerUrl, 'DROP DATABASE shared_db')).rejects.toMatchObject(denied);
    await expect(query(two.ownerUrl, 'ALTER DATABASE shared_db RENAME TO mine')).rejects.toMatchObject(
      denied,
    );
  });

  it('refuses to take a database or a schema away from its owner', async () => {
    await provisionServiceDatabase(shared('one'));
    await expect(provisionServiceDatabase(optionsFor('three', 'shared_db'))).rejects.toMatchObject({
      code: 'DATABASE_HAS_ANOTHER_OWNER',
    });
    await expect(provisionServiceDatabase({ ...shared('two'), schema: 'one' })).rejects.toMatchObject({
      code: 'SCHEMA_HAS_ANOTHER_OWNER',
    });
  });
});

describe('applyGrants', () => {
  const readOnly = 'GRANT SELECT ON :"schema".items TO :"service_role";';

  async function provisionWithTables(service: string) {
    const options = optionsFor(service);
    const urls = await provisionServiceDatabase(options);
    await query(
      urls.ownerUrl,
      `CREATE TABLE IF NOT EXISTS items (id serial, kind "char"); CREATE TABLE IF NOT EXISTS "_prisma_migrations" (id int);
       CREATE OR REPLACE FUNCTION seven() RETURNS int LANGUAGE sql AS 'SELECT 7'`,
    );
    return { ...urls, schema: options.schema, serviceRole: options.serviceRole };
  }

  it('gives what the file says and nothing else', async () => {
    const setup = await provisionWithTables('grants_one');
    await applyGrants({ ...setup, sqlFile: await grantsFile(readOnly) });
    expect(await query(setup.serviceUrl, 'SELECT count(*)::int FROM items')).toEqual([[0]]);
    for (const sql of [
      'INSERT INTO items DEFAULT VALUES',
      'SELECT * FROM "_prisma_migrations"',
      'SELECT seven()',
    ]) {
      await expect(query(setup.serviceUrl, sql)).rejects.toMatchObject(denied);
    }
  });

  it('takes what an earlier file gave, on columns, sequences, functions and to everybody', async () => {
    const setup = await provisionWithTables('grants_two');
    const generous = await grantsFile(
      `-- ::"char" is no placeholder
       GRANT SELECT, INSERT, UPDATE (kind) ON items TO :"service_role"; GRANT USAGE ON SEQUENCE items_id_seq TO :"service_role";
       GRANT EXECUTE ON FUNCTION seven() TO :"service_role"; GRANT DELETE ON items TO PUBLIC; GRANT CREATE ON SCHEMA :"schema" TO :"service_role"`,
    );
    await applyGrants({ ...setup, sqlFile: generous });
    const uses = [
      'INSERT INTO items DEFAULT VALUES',
      `UPDATE items SET kind = 'a'`,
      'SELECT seven()',
      'DELETE FROM items',
      'CREATE TABLE mine (id int)',
    ];
    for (const sql of uses) await query(setup.serviceUrl, sql);
    await query(setup.serviceUrl, 'DROP TABLE mine');
    await applyGrants({ ...setup, sqlFile: await grantsFile(readOnly) });
    for (const sql of uses) await expect(query(setup.serviceUrl, sql)).rejects.toMatchObject(denied);
    expect(await query(setup.serviceUrl, 'SELECT count(*)::int FROM items')).toEqual([[0]]);
  });

  it('changes nothing when the file fails half-way', async () => {
    const setup = await provisionWithTables('grants_three');
    await applyGrants({ ...setup, sqlFile: await grantsFile(readOnly) });
    const broken = await grantsFile(
      'GRANT INSERT ON items TO :"service_role"; GRANT SELECT ON nowhere TO :"service_role"',
    );
    await expect(applyGrants({ ...setup, sqlFile: broken })).rejects.toMatchObject({ code: '42P01' });
    expect(await query(setup.serviceUrl, 'SELECT count(*)::int FROM items')).toEqual([[0]]);
    await expect(query(setup.serviceUrl, 'INSERT INTO items DEFAULT VALUES')).rejects.toMatchObject(denied);
  });

  it('refuses a placeholder that it does not know and a file that ends the transaction', async () => {
    const setup = await provisionWithTables('grants_four');
    const unknown = await grantsFile('GRANT SELECT ON items TO :"somebody"');
    await expect(applyGrants({ ...setup, sqlFile: unknown })).rejects.toMatchObject({
      code: 'BAD_GRANTS_FILE',
    });
    const committing = await grantsFile('COMMIT');
    await expect(applyGrants({ ...setup, sqlFile: committing })).rejects.toMatchObject({
      code: 'BAD_GRANTS_FILE',
    });
  });

  it('refuses a role that grants do not bind, and a schema that is not there', async () => {
    const setup = await provisionWithTables('grants_five');
    const sqlFile = await grantsFile(readOnly);
    const unfit = { code: 'SERVICE_ROLE_UNFIT' };
    await expect(applyGrants({ ...setup, sqlFile, serviceRole: 'postgres' })).rejects.toMatchObject(unfit);
    await expect(applyGrants({ ...setup, sqlFile, serviceRole: 'grants_five Owner' })).rejects.toMatchObject(
      unfit,
    );
    await expect(applyGrants({ ...setup, sqlFile, schema: 'nowhere' })).rejects.toMatchObject({
      code: 'SCHEMA_MISSING',
    });
  });
});

describe('ensureServiceRole', () => {
  it('tells the administrator the very SQL to run when the owner may not create roles, and it suffices', async () => {
    const options = optionsFor('foreign');
    const { ownerUrl } = await provisionServiceDatabase(options);
    const [schema, serviceRole, servicePassword] = ['foreign', 'foreign "worker"', 'of the worker'];
    const role = { ownerUrl, schema, serviceRole, servicePassword };
    const failure: unknown = await ensureServiceRole(role).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SERVICE_ROLE_MISSING' });
    const message = (failure as Error).message;
    expect(message).not.toContain(servicePassword);
    const sqlFile = await grantsFile('');
    await expect(applyGrants({ ...role, sqlFile })).rejects.toMatchObject({ code: 'SERVICE_ROLE_MISSING' });
    const sql = message.slice(message.indexOf('CREATE ROLE')).replace(/'<.*>'/, `'${servicePassword}'`);
    await query(server.superuserUrl('foreign_db'), sql.split(';\n').filter(Boolean).join(';'));
    await ensureServiceRole(role);
    await applyGrants({ ...role, sqlFile });
    const serviceUrl = urlFor(ownerUrl, serviceRole, servicePassword, 'foreign_db');
    expect(await query(serviceUrl, `SELECT current_schema, current_setting('lock_timeout')`)).toEqual([
      ['foreign', '5s'],
    ]);
  });

  it('names what an existing role lacks', async () => {
    const { ownerUrl } = await provisionServiceDatabase(optionsFor('lacking'));
    await query(server.superuserUrl(), 'ALTER ROLE lacking_service RESET lock_timeout');
    const role = { ownerUrl, schema: 'lacking', serviceRole: 'lacking_service', servicePassword: 'any' };
    await expect(ensureServiceRole(role)).rejects.toThrow(
      /lacks its settings for lock_timeout[^]*ALTER ROLE/,
    );
  });

  it('makes the role itself when the owner may', async () => {
    const options = optionsFor('able');
    const { ownerUrl } = await provisionServiceDatabase(options);
    await query(server.superuserUrl(), 'ALTER ROLE "able Owner" CREATEROLE');
    const role = { ownerUrl, schema: 'able', serviceRole: 'able_worker', servicePassword: 'of the worker' };
    await ensureServiceRole(role);
    await applyGrants({ ...role, sqlFile: await grantsFile('') });
    const serviceUrl = urlFor(ownerUrl, 'able_worker', 'of the worker', 'able_db');
    expect(await query(serviceUrl, 'SELECT current_schema')).toEqual([['able']]);
  });
});
