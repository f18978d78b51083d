import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { MigrationError } from './migration-error.js';

/** How long a connection may take to come about. */
export const connectionTimeoutMilliseconds = 10_000;

/** Runs `work` on one connection to the database, and closes it whatever happens. */
export async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: connectionTimeoutMilliseconds });
  // A connection that breaks while nothing runs on it reports so at the next statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** PostgreSQL's codes for a refused login and a missing database, and the system's for an unreachable server. */
const unreachable = new Set([
  ...['28000', '28P01', '3D000', '53300', '57P03'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'ENOENT', 'EACCES'],
]);

/**
 * Runs `work`, and names a database that cannot be reached as what it is.
 *
 * @throws MigrationError DATABASE_UNREACHABLE in place of the driver's error.
 */
export async function reachable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message?: unknown };
    if (typeof code !== 'string' || !unreachable.has(code)) throw cause;
    throw new MigrationError(
      'DATABASE_UNREACHABLE',
      `The database cannot be reached (${code}${typeof message === 'string' && message !== '' ? `: ${message}` : ''}). Check that it runs, and the address, the database and the login in its URL.`,
      [],
      { cause },
    );
  }
}

/** Whether the database has a PostgreSQL schema of that name. */
export async function schemaExists(client: pg.ClientBase, schema: string): Promise<boolean> {
  const found = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  return found.rows.length > 0;
}

/**
 * Creates the PostgreSQL schema unless it is there. It is looked up first because `CREATE SCHEMA IF NOT EXISTS`
 * asks for the right to create schemas even where it would create none.
 */
export async function createSchemaIfMissing(client: pg.ClientBase, schema: string): Promise<void> {
  if (await schemaExists(client, schema)) return;
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
}

/**
 * Empties the PostgreSQL schema in a scratch database, or creates it there.
 *
 * @throws Error when the schema has migrations of its own: then it is no scratch database, and emptying it would
 * destroy data.
 */
export async function emptyScratchSchema(connectionString: string, schema: string): Promise<void> {
  await withClient(connectionString, async (client) => {
    const found = await client.query<{ migrated: boolean }>(
      'SELECT to_regclass($1) IS NOT NULL AS migrated',
      [`${pg.escapeIdentifier(schema)}._prisma_migrations`],
    );
    if (found.rows[0]?.migrated === true) {
      throw new Error(
        `The database given as scratch space holds the migrated schema "${schema}", which would be emptied. Give an empty database.`,
      );
    }
    const name = pg.escapeIdentifier(schema);
    await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE; CREATE SCHEMA ${name}`);
  });
}

/** A database made for one purpose. */
export interface ThrowawayDatabase {
  readonly connectionString: string;
  drop(): Promise<void>;
}

/**
 * Makes an empty database on the same server, with the PostgreSQL schema in it.
 *
 * @throws the server's error when the role may not create databases.
 */
export async function createThrowawayDatabase(
  connectionString: string,
  schema: string,
): Promise<ThrowawayDatabase> {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  // template0, because template1 cannot be copied while anybody is connected to it, and may hold local additions.
  await withClient(connectionString, (client) =>
    client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`),
  );
  const drop = async (): Promise<void> => {
    await withClient(connectionString, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    );
  };
  const address = new URL(connectionString);
  address.pathname = `/${name}`;
  try {
    await withClient(address.href, (client) => createSchemaIfMissing(client, schema));
  } catch (error) {
    await drop();
    throw error;
  }
  return { connectionString: address.href, drop };
}
