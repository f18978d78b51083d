import { PrismaPg } from '@prisma/adapter-pg';
import { describeCause } from '../../errors/index.js';
import type { Logger, Metrics } from '../../telemetry/index.js';
import type { Database } from '../database.js';
import { GatedPool } from './gated-pool.js';
import type { GateUrls } from './side.js';
import { createWriteGate, type WriteGate } from './write-gate.js';

/** A service's way to its database while that may be exchanged for another without a restart. */
export interface GatedDatabase extends Database {
  readonly gate: WriteGate;
}

/**
 * Opens the pools of a service that is moving or about to. As with `createDatabase` nothing connects before the first
 * statement; the gate then asks both databases which of them takes the writes.
 *
 * @param options.service the service's name in the migration's mapping
 * @param options.urls connection URLs with the service's own role in each database
 * @param options.schema the PostgreSQL schema that holds the service's tables
 * @param options.maximumConnections of each pool, 10 when not given
 */
export function createGatedDatabase(options: {
  readonly service: string;
  readonly urls: GateUrls;
  readonly schema: string;
  readonly maximumConnections?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): GatedDatabase {
  const { service, urls, schema, logger } = options;
  const gate = createWriteGate({ service, urls, logger });
  const pool = new GatedPool(
    {
      max: options.maximumConnections ?? 10,
      connectionTimeoutMillis: 2_000,
      idleTimeoutMillis: 30_000,
      query_timeout: 12_000,
      keepAlive: true,
    },
    urls,
    gate,
    options.metrics.sqlStatements,
  );
  pool.on('error', (error) => {
    logger.warn({ cause: describeCause(error) }, 'an idle database connection broke');
  });
  return {
    adapter: new PrismaPg(pool, { schema }),
    pool,
    gate,
    async check() {
      await pool.query('SELECT 1');
    },
    async close() {
      await pool.end();
    },
  };
}
