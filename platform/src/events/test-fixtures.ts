import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import {
  startTemporaryPostgres,
  type EmbeddedPostgres,
  type TemporaryPostgresOptions,
} from '../embedded-postgres/index.js';
import { deployMigrations } from '../prisma/index.js';
import { applyGrants, provisionServiceDatabase } from '../provisioning/index.js';
import { createEventContracts, type EventContracts } from './contracts.js';
import { appendEvents, type AppendedEvent } from './outbox.js';
import { pgTransactions } from './sql-transaction.js';

/*
 * A foreign system for the tests of this room: `maker` makes widgets and tells of it, `shop` keeps copies of them. Each
 * has a database as a deployment would make it: the kit's own files, the service's own role.
 */

export const kitFolder = fileURLToPath(new URL('../../src/events/kit/', import.meta.url));

/** A service's database. */
export interface TestDatabase {
  readonly url: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  readonly schema: string;
  /** As the service's own role. */
  readonly pool: pg.Pool;
}

export interface TestServer {
  /** Of the server; its workers are its children. */
  readonly processId: number;
  /** Makes a service's schema with the kit in it; in a database of its own, or in one that is there. */
  createDatabase(
    schema: string,
    options?: { readonly database?: string; readonly sql?: string; readonly grants?: string },
  ): Promise<TestDatabase>;
  /** An empty database that its owner may fill. */
  superuserUrl(database?: string): string;
  /** Ends the server alone, as when it is away; `stop` is still to be called. */
  halt(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL server for service databases; measurements give it durable settings. */
export async function startTestServer(options: TemporaryPostgresOptions = {}): Promise<TestServer> {
  return serveDatabases(await startTemporaryPostgres(options));
}

/** Makes service databases on a server that somebody started. */
export async function serveDatabases(
  server: Pick<EmbeddedPostgres, 'processId' | 'superuserUrl' | 'stop'>,
): Promise<TestServer> {
  const pools: pg.Pool[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'events-test-'));
  return {
    processId: server.processId,
    superuserUrl: (database) => server.superuserUrl(database),
    async createDatabase(schema, { database = `${schema}_db`, sql = '', grants = '' } = {}) {
      const serviceRole = `${schema}_service`;
      const { ownerUrl, serviceUrl } = await provisionServiceDatabase({
        superuserUrl: server.superuserUrl(),
        database,
        schema,
        ownerRole: `${database}_owner`,
        ownerPassword: 'owner-password-of-a-test',
        serviceRole,
        servicePassword: 'service-password-of-a-test',
      });
      const prisma = join(folder, schema);
      await mkdir(join(prisma, 'migrations', '1_events'), { recursive: true });
      await writeFile(join(prisma, 'migrations', 'migration_lock.toml'), 'provider = "postgresql"\n');
      const migration = await readFile(join(kitFolder, 'migration.sql'), 'utf8');
      await writeFile(join(prisma, 'migrations', '1_events', 'migration.sql'), `${migration}\n${sql}`);
      const sqlFile = join(prisma, 'grants.sql');
      await writeFile(sqlFile, `${await readFile(join(kitFolder, 'grants.sql'), 'utf8')}\n${grants}`);
      await deployMigrations({
        connectionString: ownerUrl,
        schema,
        migrationsDirectory: join(prisma, 'migrations'),
      });
      await applyGrants({ ownerUrl, sqlFile, serviceRole, schema });
      const pool = new pg.Pool({ connectionString: serviceUrl, max: 24 });
      pool.on('error', () => undefined);
      pools.push(pool);
      return { url: serviceUrl, ownerUrl, superuserUrl: server.superuserUrl(database), schema, pool };
    },
    halt: () => server.stop('immediate'),
    async stop() {
      await server.stop('immediate');
      await Promise.all(pools.map((pool) => pool.end()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const widget = {
  type: 'object',
  required: ['id', 'name', 'version'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: 'string', minLength: 1 },
    version: { type: 'integer', minimum: 1 },
  },
} as const;

/** What `maker` tells. */
export const widgetSchemas = [
  { $id: 'maker.widget.made/1', ...widget },
  { $id: 'maker.widget.renamed/1', ...widget },
  { $id: 'maker.widget.scrapped/1', ...widget },
] as const;

export const widgetContracts: EventContracts = createEventContracts(widgetSchemas);

/** The copies that `shop` keeps, and how often each event took effect. */
export const shopTables = {
  sql: `CREATE TABLE "copies" ("id" UUID PRIMARY KEY, "name" TEXT NOT NULL, "version" INTEGER NOT NULL);
        CREATE TABLE "effects" ("number" BIGSERIAL PRIMARY KEY, "event_id" UUID NOT NULL, "aggregate" TEXT NOT NULL, "version" INTEGER NOT NULL);`,
  grants: `GRANT SELECT, INSERT, UPDATE, DELETE ON copies, effects TO :"service_role";
           GRANT USAGE ON SEQUENCE effects_number_seq TO :"service_role";`,
} as const;

/** One change of a widget. */
export interface WidgetChange {
  readonly id: string;
  readonly version: number;
  readonly name?: string;
  readonly type?: 'maker.widget.made' | 'maker.widget.renamed' | 'maker.widget.scrapped';
}

/** Tells changes of widgets, all in one transaction. */
export function tellWidgets(
  { pool }: TestDatabase,
  ...changes: ReadonlyArray<WidgetChange>
): Promise<ReadonlyArray<AppendedEvent>> {
  return pgTransactions(pool)((transaction) =>
    appendEvents(
      transaction,
      widgetContracts,
      changes.map(({ id, version, name = `widget ${version}`, type = 'maker.widget.renamed' }) => ({
        type,
        aggregate: { type: 'widget', id },
        data: { id, name, version },
        entities: [{ typename: 'Widget', id }],
      })),
    ),
  );
}

/** Waits until something holds; fails after half a minute, so that a test says what it waited for. */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`It did not come about that ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
