import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfiguration, startAuth } from '@supergraph/auth';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import { provisionServiceDatabase } from '@supergraph/platform/provisioning';
import { testTelemetry } from '@supergraph/platform/testing';
import { readServices } from '@supergraph/schema/services';
import pg from 'pg';
import { prepareExternalDatabase } from '../launcher/databases.js';
import { ROOT } from '../root.js';
import { makeSecrets } from './make-secrets.js';
import { readMigrationUrls, type MigrationUrls } from './migration-urls.js';
import { readComposeFile } from './testing/read-compose-file.js';

const services = readServices(ROOT);
const auth = services.find(({ name }) => name === 'auth')!;
const rolesFile = join(ROOT, 'deploy', 'postgres', '10-roles.sql');
const { compose } = readComposeFile();
const container = compose.services['auth-database']!;

let secrets: string;
let server: TemporaryPostgres;
let urls: MigrationUrls;

/** The settings that the Compose file starts the server with, with the secrets of this test. */
function settingsOfContainer(): Record<string, string> {
  const settings = container.command
    .filter((word) => word.includes('='))
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return { ...Object.fromEntries(settings), 'supergraph.secrets': secrets } as Record<string, string>;
}

async function run<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<ReadonlyArray<Row>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A connection URL of the secrets, with the address of this test's server. */
function here(url: string): string {
  const changed = new URL(url);
  changed.host = `${server.host}:${server.port}`;
  return changed.href;
}

const firstStart = (): Promise<unknown> =>
  run(server.superuserUrl(container.environment['POSTGRES_DB']), readFileSync(rolesFile, 'utf8'));

beforeAll(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'supergraph-secrets-'));
  makeSecrets(ROOT, secrets);
  // The server runs as another user when the test runs as root; a container sees the files without their folder.
  chmodSync(secrets, 0o755);
  server = await startTemporaryPostgres({ settings: settingsOfContainer() });
  await run(server.superuserUrl(), `CREATE DATABASE ${container.environment['POSTGRES_DB']}`);
  await firstStart();
  const fromFiles = Object.fromEntries(
    Object.entries(compose.services['auth-migration']!.environment).map(([name, file]) => [
      name,
      file.replace('/run/secrets', secrets),
    ]),
  );
  const { ownerUrl, serviceUrl } = readMigrationUrls(auth, fromFiles);
  urls = { ownerUrl: here(ownerUrl), serviceUrl: here(serviceUrl) };
});

afterAll(async () => {
  await server.stop('immediate');
  rmSync(secrets, { recursive: true });
});

describe('the database container’s first start', () => {
  it('runs the script of this test', () => {
    expect(container.volumes).toContain(
      './deploy/postgres/10-roles.sql:/docker-entrypoint-initdb.d/10-roles.sql:ro',
    );
  });

  it('makes the same roles, settings and rights as the embedded default', async () => {
    await provisionServiceDatabase({
      superuserUrl: server.superuserUrl(),
      database: 'twin_db',
      schema: 'twin',
      ownerRole: 'twin_owner',
      ownerPassword: 'a password of the test',
      serviceRole: 'twin_service',
      servicePassword: 'another password of the test',
    });
    const made = await describeDatabase('auth');
    expect(made.roles).toHaveLength(2);
    expect(made).toEqual(await describeDatabase('twin'));
  });

  it('lets the owner migrate, the service serve, and neither do more', async () => {
    const { applied } = await prepareExternalDatabase(auth, urls);
    expect(applied.length).toBeGreaterThan(0);
    expect((await prepareExternalDatabase(auth, urls)).applied).toEqual([]);

    const service = await startAuth(
      readConfiguration({
        SUPERGRAPH_MODE: 'production',
        LOG_LEVEL: 'silent',
        AUTH_PORT: '0',
        AUTH_DATABASE_URL: urls.serviceUrl,
        AUTH_SECRET_FROM_ROUTER_FILE: join(secrets, 'auth_secret_from_router'),
        AUTH_SECRET_FROM_PAYMENTS_FILE: join(secrets, 'auth_secret_from_payments'),
        ADMIN_URLS: 'http://127.0.0.1:9/graphql',
        ADMIN_SECRET_FROM_AUTH_FILE: join(secrets, 'admin_secret_from_auth'),
        AUTH_KEY_ENCRYPTION_SECRET_FILE: join(secrets, 'auth_key_encryption_secret'),
      }),
      testTelemetry('auth'),
    );
    try {
      const ready = await fetch(`${service.url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([200, expect.objectContaining({ ready: true })]);
      const keys = await fetch(`${service.url}/.well-known/jwks.json`);
      expect(await keys.json()).toEqual({ keys: [expect.objectContaining({ kty: expect.any(String) })] });
    } finally {
      await service.stop();
    }

    await expect(run(urls.serviceUrl, 'CREATE TABLE auth.mine ()')).rejects.toThrow(/permission denied/);
    await expect(run(urls.serviceUrl, 'DROP TABLE auth.users')).rejects.toThrow(/must be owner/);
    await expect(run(urls.serviceUrl, `SELECT pg_read_file('/etc/passwd')`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(run(urls.ownerUrl, 'CREATE ROLE mine')).rejects.toThrow(/permission denied/);
    await expect(run(urls.ownerUrl, `SELECT pg_read_file('/etc/passwd')`)).rejects.toThrow(
      /permission denied/,
    );
    const elsewhere = new URL(urls.serviceUrl);
    elsewhere.pathname = '/postgres';
    await expect(run(elsewhere.href, 'SELECT 1')).rejects.toThrow(/permission denied for database/);
  });

  it('gives the roles new passwords when it runs again with new secrets', async () => {
    const file = join(secrets, 'auth_service_password');
    const before = readFileSync(file, 'utf8');
    rmSync(file);
    rmSync(join(secrets, 'auth_database_url'));
    chmodSync(secrets, 0o700);
    makeSecrets(ROOT, secrets);
    chmodSync(secrets, 0o755);
    expect(readFileSync(file, 'utf8')).not.toBe(before);
    await firstStart();
    await expect(run(urls.serviceUrl, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    const renewed = here(readFileSync(join(secrets, 'auth_database_url'), 'utf8').trim());
    expect(await run(renewed, 'SELECT count(*)::int AS users FROM users')).toEqual([
      { users: expect.any(Number) },
    ]);
  });

  it('says which secret is missing, and makes no role without one', async () => {
    const other = await startTemporaryPostgres({
      settings: { ...settingsOfContainer(), 'supergraph.service': 'shipping' },
    });
    try {
      await run(other.superuserUrl(), 'CREATE DATABASE shipping_db');
      await expect(run(other.superuserUrl('shipping_db'), readFileSync(rolesFile, 'utf8'))).rejects.toThrow(
        /shipping_owner_password.*No such file/,
      );
      await expect(run(other.superuserUrl(), readFileSync(rolesFile, 'utf8'))).rejects.toThrow(
        /in the database of the service shipping, not in postgres/,
      );
      expect(
        await run(other.superuserUrl(), `SELECT 1 FROM pg_roles WHERE rolname LIKE 'shipping%'`),
      ).toEqual([]);
    } finally {
      await other.stop('immediate');
    }
  });
});

/** All that provisioning decides about a service's database, with the service's name taken out. */
async function describeDatabase(
  service: string,
): Promise<{ roles: ReadonlyArray<unknown> } & Record<string, unknown>> {
  const url = server.superuserUrl(`${service}_db`);
  const facts = {
    roles: await run(
      url,
      `SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
              rolconnlimit, left((SELECT rolpassword FROM pg_authid a WHERE a.oid = r.oid), 18) AS verifier
         FROM pg_roles r WHERE rolname LIKE '${service}\\_%' ORDER BY 1`,
    ),
    memberships: await run(
      url,
      `SELECT count(*)::int FROM pg_auth_members WHERE member::regrole::text LIKE '${service}\\_%'`,
    ),
    settings: await run(
      url,
      `SELECT setrole::regrole::text AS role, datname, s.setting FROM pg_db_role_setting
         CROSS JOIN unnest(setconfig) AS s (setting) LEFT JOIN pg_database d ON d.oid = setdatabase
        WHERE setrole::regrole::text LIKE '${service}\\_%' ORDER BY 1, 2, 3`,
    ),
    database: await run(
      url,
      `SELECT datdba::regrole::text AS owner, a.grantee::regrole::text AS grantee, a.privilege_type
         FROM pg_database CROSS JOIN aclexplode(datacl) AS a WHERE datname = current_database() ORDER BY 1, 2, 3`,
    ),
    schemas: await run(
      url,
      `SELECT nspname, nspowner::regrole::text AS owner, a.grantee::regrole::text AS grantee, a.privilege_type
         FROM pg_namespace CROSS JOIN aclexplode(nspacl) AS a
        WHERE nspname IN ('public', '${service}') ORDER BY nspname <> 'public', 2, 3, 4`,
    ),
    defaults: await run(
      url,
      `SELECT defaclrole::regrole::text AS role, defaclobjtype, a.grantee::regrole::text AS grantee, a.privilege_type
         FROM pg_default_acl CROSS JOIN aclexplode(defaclacl) AS a ORDER BY 1, 2, 3, 4`,
    ),
    others: await run(
      url,
      `SELECT datname FROM pg_database WHERE has_database_privilege('public', oid, 'CONNECT') ORDER BY 1`,
    ),
  };
  return JSON.parse(JSON.stringify(facts).replaceAll(service, 'SERVICE')) as typeof facts;
}
