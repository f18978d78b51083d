import type pg from 'pg';

import { inTransaction, urlFor, withConnection } from './connection.js';
import { ProvisioningError } from './errors.js';
import { serviceRoleStatements } from './service-role.js';
import { identifier, literal, scramVerifier } from './sql-text.js';

/** One for all: provisioning runs are few, and roles belong to the whole server. */
const advisoryLock = 7_470_317_001;

export interface ProvisionServiceDatabaseOptions {
  /** Connection URL as a superuser, to any database of the server. */
  readonly superuserUrl: string;
  readonly database: string;
  /** Schema of the service's tables, owned by `ownerRole`. */
  readonly schema: string;
  /** Role that migrations run as. */
  readonly ownerRole: string;
  readonly ownerPassword: string;
  /** Role that the service runs as. */
  readonly serviceRole: string;
  readonly servicePassword: string;
  /**
   * Owner of the database where several services share one: a role that cannot log in, made when absent. `ownerRole` then
   * owns its schema only. Default: `ownerRole` owns the database.
   */
  readonly databaseOwner?: string;
  /** Lets `ownerRole` create databases, as `prisma migrate dev` does for its shadow database. Default: false. */
  readonly ownerCanCreateDatabases?: boolean;
  /** Also closes the server's other databases to roles without an explicit grant. Default: true. */
  readonly closeOtherDatabases?: boolean;
}

/**
 * Makes a service's database, schema, owner role and own role. Running it again changes nothing but gives the roles the
 * passwords named here. The service's role may connect and use the schema; rights on tables come from `applyGrants`.
 *
 * @returns connection URLs of the two roles
 * @throws ProvisioningError `BAD_NAME`, `BAD_PASSWORD`, `DATABASE_HAS_ANOTHER_OWNER`, `SCHEMA_HAS_ANOTHER_OWNER`
 */
export async function provisionServiceDatabase(
  options: ProvisionServiceDatabaseOptions,
): Promise<{ readonly ownerUrl: string; readonly serviceUrl: string }> {
  const { superuserUrl, database, schema, ownerRole, serviceRole } = options;
  if (ownerRole === serviceRole) {
    throw new ProvisioningError(
      'BAD_NAME',
      `The service's role and its owner must differ: both are "${ownerRole}".`,
    );
  }
  // All of it is looked at before the first change: a mistake must not leave half a service behind.
  const [owner, service] = [identifier(ownerRole), identifier(serviceRole)];
  const [quotedDatabase, quotedSchema] = [identifier(database), identifier(schema)];
  if (options.databaseOwner !== undefined) identifier(options.databaseOwner);
  const ownerVerifier = scramVerifier(options.ownerPassword);
  const serviceVerifier = scramVerifier(options.servicePassword);
  await withConnection(superuserUrl, async (client) => {
    // Held until the connection closes: two runs side by side would fail over the same rows of the catalogue.
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    await provisionOwner(client, options, ownerVerifier);
    await provisionDatabase(client, options);
    await run(client, [
      ...serviceRoleStatements({
        exists: await roleExists(client, serviceRole),
        database,
        schema,
        serviceRole,
        quotedPassword: literal(serviceVerifier),
      }),
      `ALTER ROLE ${owner} IN DATABASE ${quotedDatabase} SET search_path = ${quotedSchema}`,
      // CREATE, because a migration begins with CREATE SCHEMA IF NOT EXISTS, which asks for the right to create one.
      `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${quotedDatabase} TO ${owner}`,
      ...(await closingStatements(client, options)),
    ]);
    const databaseUrl = new URL(superuserUrl);
    databaseUrl.pathname = `/${encodeURIComponent(database)}`;
    await withConnection(databaseUrl.href, async (inside) => {
      await requireSchemaOwner(inside, schema, ownerRole);
      await run(inside, [
        'REVOKE ALL ON SCHEMA public FROM PUBLIC',
        `CREATE SCHEMA IF NOT EXISTS ${quotedSchema} AUTHORIZATION ${owner}`,
        `REVOKE ALL ON SCHEMA ${quotedSchema} FROM PUBLIC, ${service}`,
        `GRANT USAGE ON SCHEMA ${quotedSchema} TO ${service}`,
        // Of all that the owner will make, functions alone would be open to everybody by default.
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} REVOKE EXECUTE ON ROUTINES FROM PUBLIC`,
      ]);
    });
  });
  return {
    ownerUrl: urlFor(superuserUrl, ownerRole, options.ownerPassword, database),
    serviceUrl: urlFor(superuserUrl, serviceRole, options.servicePassword, database),
  };
}

async function provisionOwner(
  client: pg.Client,
  options: ProvisionServiceDatabaseOptions,
  ownerVerifier: string,
): Promise<void> {
  const { ownerRole, databaseOwner } = options;
  const verb = (await roleExists(client, ownerRole)) ? 'ALTER' : 'CREATE';
  const mayCreate = options.ownerCanCreateDatabases === true ? 'CREATEDB' : 'NOCREATEDB';
  const statements = [
    `${verb} ROLE ${identifier(ownerRole)} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS ${mayCreate} ` +
      `PASSWORD ${literal(ownerVerifier)}`,
  ];
  if (databaseOwner !== undefined && !(await roleExists(client, databaseOwner))) {
    statements.push(`CREATE ROLE ${identifier(databaseOwner)} NOLOGIN`);
  }
  await run(client, statements);
}

async function provisionDatabase(client: pg.Client, options: ProvisionServiceDatabaseOptions): Promise<void> {
  const { database, ownerRole } = options;
  const wantedOwner = options.databaseOwner ?? ownerRole;
  const { rows } = await client.query<{ owner: string; is_superuser: boolean }>(
    `SELECT r.rolname AS owner, r.rolsuper AS is_superuser
       FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = $1`,
    [database],
  );
  const [found] = rows;
  if (found === undefined) {
    await client.query(`CREATE DATABASE ${identifier(database)} OWNER ${identifier(wantedOwner)}`);
  } else if (found.is_superuser && found.owner !== wantedOwner) {
    await client.query(`ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(wantedOwner)}`);
  } else if (found.owner !== wantedOwner) {
    throw new ProvisioningError(
      'DATABASE_HAS_ANOTHER_OWNER',
      `The database "${database}" belongs to the role "${found.owner}", not to "${wantedOwner}". ` +
        'Where several services share a database, name one owner of it for all of them (databaseOwner).',
    );
  }
}

/** Every role may connect to every database unless that is taken from it. */
async function closingStatements(
  client: pg.Client,
  options: ProvisionServiceDatabaseOptions,
): Promise<ReadonlyArray<string>> {
  const { rows } = await client.query<{ name: string }>('SELECT datname AS name FROM pg_database');
  return rows
    .map(({ name }) => name)
    .filter((name) => name === options.database || options.closeOtherDatabases !== false)
    .map((name) => `REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC`);
}

async function requireSchemaOwner(client: pg.Client, schema: string, ownerRole: string): Promise<void> {
  const { rows } = await client.query<{ owner: string }>(
    'SELECT r.rolname AS owner FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = $1',
    [schema],
  );
  const owner = rows[0]?.owner ?? ownerRole;
  if (owner === ownerRole) return;
  throw new ProvisioningError(
    'SCHEMA_HAS_ANOTHER_OWNER',
    `The schema "${schema}" belongs to the role "${owner}", not to "${ownerRole}". Name that owner, or give the schema away: ` +
      `ALTER SCHEMA ${identifier(schema)} OWNER TO ${identifier(ownerRole)};`,
  );
}

async function roleExists(client: pg.Client, role: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  return rowCount === 1;
}

async function run(client: pg.Client, statements: ReadonlyArray<string>): Promise<void> {
  await inTransaction(client, async () => {
    for (const statement of statements) await client.query(statement);
  });
}
