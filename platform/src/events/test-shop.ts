import { createConsumer, type Consumer, type ConsumerOptions } from './consumer.js';
import { crashPoint } from './crash-points.js';
import type { EventHandler } from './event-applier.js';
import { pgTransactions, type PgTransaction, type SqlTransaction } from './sql-transaction.js';
import { widgetContracts, type TestDatabase } from './test-fixtures.js';
import { testTelemetry } from '../testing/test-telemetry.js';
import type { EventTransport } from './transport.js';

/** What became of an event in the shop: each row is one effect. */
export interface Effect {
  readonly event_id: string;
  readonly aggregate: string;
  readonly version: number;
}

/** Keeps the copy of a widget, and notes the effect: a second one of the same event would show. */
export const keepCopy: EventHandler<SqlTransaction> = async (event, transaction) => {
  const { id, name, version } = event.data as {
    readonly id: string;
    readonly name: string;
    readonly version: number;
  };
  await transaction.$queryRawUnsafe(
    `INSERT INTO copies (id, name, version) VALUES ($1::uuid, $2, $3::int)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version`,
    id,
    name,
    version,
  );
  crashPoint('shop.insideHandler');
  await transaction.$queryRawUnsafe(
    'INSERT INTO effects (event_id, aggregate, version) VALUES ($1::uuid, $2, $3::int)',
    event.id,
    id,
    version,
  );
};

/** Makes the shop's consumer of what the maker tells. */
export function createShopConsumer(
  shop: Pick<TestDatabase, 'pool'>,
  transport: EventTransport,
  options: Partial<ConsumerOptions<PgTransaction>> = {},
): Consumer {
  return createConsumer<PgTransaction>({
    name: 'copies',
    transport,
    runInTransaction: pgTransactions(shop.pool),
    handlers: { 'maker.widget.made': keepCopy, 'maker.widget.renamed': keepCopy },
    contracts: widgetContracts,
    logger: testTelemetry('shop').logger,
    onPositionLost: ({ refusal }) => Promise.reject(refusal),
    retryPolicy: { attempts: 3, firstPauseMilliseconds: 20, longestPauseMilliseconds: 50 },
    retryLookMilliseconds: 200,
    restartMilliseconds: [10, 50],
    ...options,
  });
}

/** Everything that took effect, in the order in which it did. */
export async function readEffects({ pool }: Pick<TestDatabase, 'pool'>): Promise<ReadonlyArray<Effect>> {
  const { rows } = await pool.query<Effect>(
    'SELECT event_id, aggregate, version FROM effects ORDER BY number',
  );
  return rows;
}
