import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { CatalogClient, restoreCharacterColumns } from './catalog-client.js';
import {
  connectionTimeoutMilliseconds,
  createThrowawayDatabase,
  emptyScratchSchema,
  type ThrowawayDatabase,
} from './postgresql-schema.js';

/** Where the schema engine works. */
export interface SchemaEngineConnection {
  /** `postgresql://…` of the database, as the owner of the schema; a direct one, not through a pooler. */
  readonly connectionString: string;
  /** The PostgreSQL schema that holds the service's tables and its `_prisma_migrations`. */
  readonly schema: string;
  /**
   * `postgresql://…` of a scratch database in which migrations are replayed; its schema of that name is emptied.
   * Without it a database is made for the purpose and dropped again, for which the owner needs `CREATEDB`.
   */
  readonly shadowDatabaseConnectionString?: string | undefined;
  /** What to send in place of a script of the engine: a migration, or a command of its own. */
  readonly rewriteScript?: ((script: string) => string) | undefined;
}

/** A driver adapter factory for the schema engine, and the end of every connection that it opened. */
export interface SchemaEngineAdapter {
  readonly factory: ReturnType<typeof bindMigrationAwareSqlAdapterFactory>;
  close(): Promise<void>;
}

/** Where migrations are replayed, and its end. */
type Shadow = Pick<ThrowawayDatabase, 'drop'>;

const unchanged = (script: string): string => script;

/**
 * Gives the schema engine its way to the database. It differs from Prisma's own adapter where that one is wrong
 * for migrations: a script goes to the server as a whole (splitting it at every `;` would cut through function
 * bodies, and would leave half a migration behind when a statement fails), every session's `search_path` is the
 * service's schema, and the place where migrations are replayed is never the database itself.
 */
export function createSchemaEngineAdapter(connection: SchemaEngineConnection): SchemaEngineAdapter {
  const { connectionString, schema, shadowDatabaseConnectionString, rewriteScript = unchanged } = connection;
  const opened = new Set<SqlDriverAdapter>();

  const open = async (address: string, shadow?: Shadow): Promise<SqlDriverAdapter> => {
    const pool = createPool(address, schema);
    const sent = shadow === undefined ? rewriteScript : unchanged;
    const adapter: SqlDriverAdapter = await new PrismaPg(pool, { schema }).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => restoreCharacterColumns(await queryRaw(query));
    // Without parameters the statement text travels in one message, which PostgreSQL runs as one transaction.
    adapter.executeScript = async (script) => {
      await adapter.executeRaw({ sql: sent(script), args: [], argTypes: [] });
    };
    adapter.dispose = async () => {
      if (!opened.delete(adapter)) return;
      await pool.end();
      await shadow?.drop();
    };
    opened.add(adapter);
    return adapter;
  };

  const openShadow = async (): Promise<SqlDriverAdapter> => {
    if (shadowDatabaseConnectionString !== undefined) {
      await emptyScratchSchema(shadowDatabaseConnectionString, schema);
      return open(shadowDatabaseConnectionString, { drop: () => Promise.resolve() });
    }
    const database = await createThrowawayDatabase(connectionString, schema);
    return open(database.connectionString, database);
  };

  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => open(connectionString),
    connectToShadowDb: () => shadowFailureExplained(openShadow),
  };

  return {
    factory: bindMigrationAwareSqlAdapterFactory(factory),
    close: async () => {
      await Promise.all([...opened].map((adapter) => adapter.dispose()));
    },
  };
}

/** PostgreSQL's code for a missing right. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** The engine passes on the text of a driver's error only, and of any other just that there was one. */
async function shadowFailureExplained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message?: unknown };
    const advice =
      code === INSUFFICIENT_PRIVILEGE
        ? ' (let the role create databases, or name an empty one as the shadow database)'
        : '';
    throw new DriverAdapterError({
      kind: 'postgres',
      code: typeof code === 'string' ? code : 'N/A',
      severity: 'ERROR',
      message: `${String(message)}${advice}`,
      detail: undefined,
      column: undefined,
      hint: undefined,
    });
  }
}

function createPool(connectionString: string, schema: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    Client: CatalogClient,
    connectionTimeoutMillis: connectionTimeoutMilliseconds,
    // One session for all: the engine holds a session's advisory lock while it works, so it must not idle away.
    max: 1,
    idleTimeoutMillis: 0,
    onConnect: (client) => client.query(`SET search_path TO ${pg.escapeIdentifier(schema)}`),
  });
  // A connection that breaks while idle is replaced at the next statement, which reports what is wrong.
  pool.on('error', () => undefined);
  return pool;
}
