import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createEventContracts,
  createEventFeed,
  createNatsBroker,
  createNatsRelay,
  createOutbox,
  createReplicaSource,
  pgTransactions,
} from '@supergraph/platform/events';
import { createCallerVerifier } from '@supergraph/platform/identity';
import { createLogger } from '@supergraph/platform/telemetry';
import pg from 'pg';
import { now, type Order, type Report } from './messages.js';
import { SCHEMA, SECRET } from './widgets.js';

/* The producer: a service that writes rows with their events, and serves its outbox as a feed. */

const [url = '', natsUrl] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 16 });
const logger = createLogger('maker', 'warn');
const verifyCaller = createCallerVerifier(new Map([['shop', SECRET]]));
const feed = createEventFeed({ source: 'maker', pool, verifyCaller, logger });
const widgets = createReplicaSource({
  ...{ source: 'maker', name: 'widgets', pool, verifyCaller, logger },
  readers: { shop: ['name', 'version'] },
  table: 'widgets',
  key: 'id',
  keyType: 'uuid',
  columns: { name: 'name', version: 'version' },
});
const broker = natsUrl === undefined ? undefined : createNatsBroker({ url: natsUrl, name: 'maker', logger });
const relay = broker && createNatsRelay({ broker, source: 'maker', pool, log: feed.log, logger });
relay?.start();
const outbox = createOutbox({
  source: 'maker',
  contracts: createEventContracts([SCHEMA]),
  onAppend: feed.touch,
});
const inTransaction = pgTransactions(pool);
const server = createServer((request, response) =>
  (request.url?.startsWith('/replicas/') === true ? widgets : feed).handle(request, response),
);
server.listen(0, '127.0.0.1', () => {
  tell({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` });
});

process.on('message', (order: Order) => void obey(order));

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'usage': {
      const { user, system } = process.cpuUsage();
      tell({
        type: 'usage',
        cpuMilliseconds: (user + system) / 1_000,
        residentBytes: process.memoryUsage.rss(),
      });
      return;
    }
    case 'write':
      tell({
        type: 'committed',
        times: await (order.perSecond === null
          ? writeFast(order.events)
          : writeSteadily(order.events, order.perSecond)),
      });
      return;
    case 'rebuild':
      return;
    case 'stop':
      await relay?.stop();
      await broker?.close();
      feed.stop();
      server.closeAllConnections();
      server.close();
      await pool.end();
      process.disconnect();
  }
}

const newEvent = (id: string, version: number) => ({
  type: 'maker.widget.renamed',
  aggregate: { type: 'widget', id },
  data: { id, name: `widget ${version}`, version },
  entities: [{ typename: 'Widget', id }],
});

/** One transaction an event, as a service has it, at a steady rate. */
async function writeSteadily(events: number, perSecond: number) {
  const times: [string, number][] = [];
  const running: Promise<void>[] = [];
  const begin = performance.now();
  for (let index = 0; index < events; index += 1) {
    const due = begin + (index * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) {
      await sleep(early);
    }
    running.push(
      inTransaction((transaction) => outbox.append(transaction, newEvent(randomUUID(), 1))).then(
        ([appended]) => void times.push([appended?.id ?? '', now()]),
      ),
    );
  }
  await Promise.all(running);
  return times;
}

/** As many as possible, a hundred a transaction, to fill the log. */
async function writeFast(events: number) {
  const batch = 100;
  for (let written = 0; written < events; written += batch * 4) {
    await Promise.all(
      [0, 1, 2, 3].map(() =>
        inTransaction((transaction) =>
          outbox.append(transaction, ...Array.from({ length: batch }, () => newEvent(randomUUID(), 1))),
        ),
      ),
    );
  }
  return [];
}

function tell(report: Report): void {
  process.send?.(report);
}
