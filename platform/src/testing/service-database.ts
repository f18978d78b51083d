import { join } from 'node:path';
import pg from 'pg';
import { startTemporaryPostgres } from '../embedded-postgres/index.js';
import { deployMigrations } from '../prisma/index.js';
import { applyGrants, provisionServiceDatabase } from '../provisioning/index.js';

/** A service's database on a server of its own, migrated, with the rights it has in production. */
export interface ServiceDatabase {
  /** As the service's own role. */
  readonly serviceUrl: string;
  /** As the owner, who migrates. */
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** Runs a statement as the superuser with the service's search path: to look behind the service's back. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/**
 * Starts a temporary PostgreSQL and makes a service's database in it as a deployment would: provisioned,
 * migrated as the owner, granted.
 *
 * @param service the service's name, which is the name of its PostgreSQL schema too
 * @param folder the service's folder, which holds `prisma/`
 */
export async function startServiceDatabase(service: string, folder: string): Promise<ServiceDatabase> {
  const server = await startTemporaryPostgres();
  try {
    const database = `${service}_db`;
    const superuserUrl = server.superuserUrl(database);
    const { ownerUrl, serviceUrl } = await provisionServiceDatabase({
      superuserUrl: server.superuserUrl(),
      database,
      schema: service,
      ownerRole: `${service}_owner`,
      ownerPassword: 'owner-password-of-a-test',
      serviceRole: `${service}_service`,
      servicePassword: 'service-password-of-a-test',
    });
    await deployMigrations({
      connectionString: ownerUrl,
      schema: service,
      migrationsDirectory: join(folder, 'prisma', 'migrations'),
    });
    await applyGrants({
      ownerUrl,
      sqlFile: join(folder, 'prisma', 'grants.sql'),
      serviceRole: `${service}_service`,
      schema: service,
    });
    const pool = new pg.Pool({
      connectionString: superuserUrl,
      max: 4,
      options: `-c search_path=${service}`,
    });
    pool.on('error', () => undefined);
    return {
      serviceUrl,
      ownerUrl,
      superuserUrl,
      query: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
        (await pool.query<Row>(text, values)).rows,
      async stop() {
        await pool.end();
        await server.stop('immediate');
      },
    };
  } catch (error) {
    await server.stop('immediate');
    throw error;
  }
}
