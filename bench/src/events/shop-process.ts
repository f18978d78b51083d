import {
  createConsumer,
  createEventContracts,
  createHttpTransport,
  pgTransactions,
  type EventHandlers,
  type PgTransaction,
  type TransactionRunner,
} from '@supergraph/platform/events';
import { createLogger } from '@supergraph/platform/telemetry';
import pg from 'pg';
import { now, type Order, type Report } from './messages.js';
import { SCHEMA, SECRET } from './widgets.js';

/* The consumer: a service that keeps a replica of the producer's rows. */

const [url = '', feedUrl = ''] = process.argv.slice(2);
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

const transport = createHttpTransport({
  source: 'maker',
  urls: [feedUrl],
  caller: 'shop',
  secret: SECRET,
  logger,
});
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

process.on('message', (order: Order) => {
  if (order.type === 'usage') {
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
      .then(() => pool.end())
      .then(() => process.disconnect());
  }
});

function tell(report: Report): void {
  process.send?.(report);
}
