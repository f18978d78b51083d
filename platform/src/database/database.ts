import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { describeCause } from '../errors/index.js';
import type { Logger, Metrics } from '../telemetry/index.js';
import { CountingPool } from './counting-pool.js';

/** A service's way to its own database, and the only one it has. */
export interface Database {
  /** What a Prisma client is constructed with: `new PrismaClient({ adapter })`. */
  readonly adapter: PrismaPg;
  readonly pool: pg.Pool;
  /** Rejects when the database does not answer; for `/health/ready`. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the pool of a service. Nothing connects before the first statement, so a service starts while its
 * database is away and comes back by itself.
 *
 * @param options.url connection URL with the service's own role; its `search_path` is set on the role
 * @param options.schema the PostgreSQL schema that holds the service's tables; Prisma names it in every statement
 * @param options.maximumConnections of the pool, 10 when not given
 */
export function createDatabase(options: {
  readonly url: string;
  readonly schema: string;
  readonly maximumConnections?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Database {
  const pool = new CountingPool(
    {
      connectionString: options.url,
      max: options.maximumConnections ?? 10,
      connectionTimeoutMillis: 2_000,
      idleTimeoutMillis: 30_000,
      // Above the role's own statement_timeout, for a server that no longer answers at all.
      query_timeout: 12_000,
      keepAlive: true,
    },
    options.metrics.sqlStatements,
  );
  // An idle connection that breaks would otherwise end the process as an unhandled 'error' event.
  pool.on('error', (error) => {
    options.logger.warn({ cause: describeCause(error) }, 'an idle database connection broke');
  });
  return {
    adapter: new PrismaPg(pool, { schema: options.schema }),
    pool,
    async check() {
      await pool.query('SELECT 1');
    },
    async close() {
      await pool.end();
    },
  };
}
