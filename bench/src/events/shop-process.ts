import {
  createConsumer,
  createEventContracts,
  createHttpTransport,
  createNatsBroker,
  createNatsTransport,
  createReplicaClient,
  pgTransactions,
  rebuildReplica,
  type EventHandlers,
  type PgTransaction,
  type TransactionRunner,
} from '@supergraph/platform/events';
import { createLogger } from '@supergraph/platform/telemetry';
import pg from 'pg';
import { now, type Order, type Report } from './messages.js';
import { SCHEMA, SECRET } from './widgets.js';

/* The consumer: a service that keeps a replica of the producer's rows. */

const [url = '', feedUrl = '', natsUrl] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
const logger = createLogger('shop', 'warn');
/** What each open transaction has handled: a consumer has more than one. */
const handled = new WeakMap<PgTransaction, string[]>();
let applied: [string, number][] = [];

const handlers: EventHandlers<PgTransaction> = {
  'maker.widget.renamed': async (event, transaction) => {
    const { id, name, version } = event.data as { id: string; name: string; version: number };
    await transaction.client.query({
      name: 'keep-copy',
      text: `INSERT INTO copies (id, name, version) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version
              WHERE copies.version < excluded.version`,
      values: [id, name, version],
    });
    handled.get(transaction)?.push(event.id);
  },
};

const transactions = pgTransactions(pool);
/** Notes when the transaction that applied an event had committed. */
const runInTransaction: TransactionRunner<PgTransaction> = async (work) => {
  const ids: string[] = [];
  const result = await transactions((transaction) => {
    handled.set(transaction, ids);
    return work(transaction);
  });
  const time = now();
  applied.push(...ids.map((id): [string, number] => [id, time]));
  return result;
};

const feed = createHttpTransport({
  source: 'maker',
  urls: [feedUrl],
  caller: 'shop',
  secret: SECRET,
  logger,
});
const broker = natsUrl === undefined ? undefined : createNatsBroker({ url: natsUrl, name: 'shop', logger });
const transport = broker === undefined ? feed : createNatsTransport({ broker, feed, logger });
const consumer = createConsumer({
  name: 'copies',
  transport,
  runInTransaction,
  handlers,
  contracts: createEventContracts([SCHEMA]),
  logger,
  begin: 'start',
  onPositionLost: () => transport.head(),
});
consumer.start();
tell({ type: 'ready' });

/** The parent asks for what was applied until it has seen everything. */
const reporting = setInterval(() => {
  if (applied.length > 0) {
    tell({ type: 'applied', times: applied });
    applied = [];
  }
}, 100);

/** Takes over all rows, and notes the most memory that it takes. */
async function rebuild(): Promise<void> {
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  const client = createReplicaClient({
    ...{ source: 'maker', name: 'widgets', urls: [feedUrl], caller: 'shop', secret: SECRET },
  });
  const begin = performance.now();
  const { written } = await rebuildReplica({
    ...{ client, pool, table: 'copies', key: 'id', keyType: 'uuid', consumer: 'copies' },
    columns: { name: 'name', version: 'version' },
  });
  const seconds = (performance.now() - begin) / 1_000;
  clearInterval(watching);
  await client.close();
  tell({ type: 'rebuilt', rows: written, seconds, residentBytes: most });
}

process.on('message', (order: Order) => {
  if (order.type === 'rebuild') {
    void rebuild();
  } else if (order.type === 'usage') {
    const { user, system } = process.cpuUsage();
    tell({
      type: 'usage',
      cpuMilliseconds: (user + system) / 1_000,
      residentBytes: process.memoryUsage.rss(),
    });
  } else if (order.type === 'stop') {
    clearInterval(reporting);
    void consumer
      .stop()
      .then(() => transport.close())
      .then(() => broker?.close())
      .then(() => pool.end())
      .then(() => process.disconnect());
  }
});

function tell(report: Report): void {
  process.send?.(report);
}
