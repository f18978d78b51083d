import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest | undefined;
afterEach(async () => {
  await system?.stop();
  system = undefined;
});

/** Connects and runs a statement; gives the SQLSTATE of the refusal, `none` when there was none. */
async function attempt(url: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(statement);
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
const serviceUrl = (name: string): string =>
  system?.system.services.find(({ service }) => service.name === name)?.databaseUrls.serviceUrl ?? '';

const TABLES: Readonly<Record<string, string>> = {
  auth: 'auth.users',
  profile: 'profile.profiles',
  payments: 'payments.payments',
  admin: 'admin.settings',
};

describe('a service’s credentials', () => {
  it('open its own database and nobody else’s, with a server each', async () => {
    system = await startSystemUnderTest();
    for (const name of Object.keys(TABLES)) {
      expect(await attempt(serviceUrl(name), `SELECT 1 FROM ${TABLES[name]} LIMIT 1`)).toBe('none');
      for (const other of Object.keys(TABLES).filter((candidate) => candidate !== name)) {
        const url = new URL(serviceUrl(other));
        url.username = new URL(serviceUrl(name)).username;
        url.password = new URL(serviceUrl(name)).password;
        // 28P01: password authentication failed, since that server knows no such role.
        expect(await attempt(url.href, 'SELECT 1')).toBe('28P01');
      }
    }
  });

  it('reach its own schema and nobody else’s, on the shared server', async () => {
    system = await startSystemUnderTest({ topology: 'shared' });
    expect(new Set(Object.keys(TABLES).map((name) => new URL(serviceUrl(name)).host)).size).toBe(1);
    for (const name of Object.keys(TABLES)) {
      expect(await attempt(serviceUrl(name), `SELECT 1 FROM ${TABLES[name]} LIMIT 1`)).toBe('none');
      for (const other of Object.keys(TABLES).filter((candidate) => candidate !== name)) {
        // 42501: insufficient privilege.
        expect(await attempt(serviceUrl(name), `SELECT 1 FROM ${TABLES[other]} LIMIT 1`)).toBe('42501');
      }
    }
  });

  it('change no tables, no roles and no audit entry', async () => {
    system = await startSystemUnderTest();
    for (const [name, table] of Object.entries(TABLES)) {
      expect(await attempt(serviceUrl(name), `DROP TABLE ${table}`)).toBe('42501');
      expect(await attempt(serviceUrl(name), `CREATE TABLE ${name}.mine (id int)`)).toBe('42501');
      expect(await attempt(serviceUrl(name), 'CREATE TABLE public.mine (id int)')).toBe('42501');
      expect(await attempt(serviceUrl(name), 'CREATE ROLE mine')).toBe('42501');
      expect(await attempt(serviceUrl(name), 'CREATE DATABASE mine')).toBe('42501');
    }
    expect(await attempt(serviceUrl('admin'), "UPDATE admin.audit_entries SET action = 'x'")).toBe('42501');
    expect(await attempt(serviceUrl('admin'), 'DELETE FROM admin.audit_entries')).toBe('42501');
    expect(await attempt(serviceUrl('auth'), 'SELECT 1 FROM auth._prisma_migrations')).toBe('42501');
  });
});
