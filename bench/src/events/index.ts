import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpTransport } from '@supergraph/platform/events';
import { createLogger } from '@supergraph/platform/telemetry';
import {
  canTestNats,
  startNatsServer,
  startTestServer,
  type TestDatabase,
} from '@supergraph/platform/testing';
import pg from 'pg';
import { tell } from '../report/progress.js';
import { quantile, type BenchmarkResult, type Measurement } from '../report/measurement.js';
import { startChild, type Child } from './child.js';
import { processorTimeOf } from './processor-time.js';
import { MAKER, SECRET, SHOP } from './widgets.js';

/** As in production: what is committed is on the disk. */
const DURABLE = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
};
const STEADY = { events: 6_000, perSecond: 200 };
const BACKLOG = 200_000;
const ROWS = 1_000_000;
const IDLE_MILLISECONDS = 20_000;

/** Measures the events between two services with a database each, every part a process of its own. */
export async function measureEvents(): Promise<BenchmarkResult> {
  const [makers, shops] = await Promise.all([
    startTestServer({ settings: DURABLE }),
    startTestServer({ settings: DURABLE }),
  ]);
  try {
    const maker = await makers.createDatabase('maker', MAKER);
    const shop = await shops.createDatabase('shop', SHOP);
    const { child: making, url = '' } = await startChild('maker-process', [maker.url]);
    const { child: shopping } = await startChild('shop-process', [shop.url, url]);
    tell('commit to replica by the feed');
    const latency = await measureLatency(making, shopping, { carrier: 'the feed', p99: 50 });
    const processes = [making.processId, shopping.processId, makers.processId, shops.processId];
    tell('idle');
    const idle = await measureIdle(processes);
    await shopping.stop();
    const backlog = await measureBacklog({ making, url, shop });
    const rebuilt = await measureRebuild({ maker, url, shop });
    await making.stop();
    const carried = await measureBroker(maker, shop);
    return {
      name: 'events',
      title: 'Events between two services',
      command: 'npm run bench -- events',
      measurements: [...latency, ...carried, ...idle, ...backlog, ...rebuilt],
      notes: [
        'Two PostgreSQL servers that flush every commit to the disk, a producing and a consuming process, the HTTP feed.',
        `Commit to replica: ${STEADY.events} events, one transaction each, ${STEADY.perSecond} a second; from the commit in the producer’s process to the commit of the replica in the consumer’s.`,
        'Idle: processor time of both processes and of both database servers over 20 s, consumer connected.',
        `Backlog: ${BACKLOG.toLocaleString('en')} events that lie in the outbox, read by one reader; applied: by one consumer, inbox and replica included.`,
      ],
    };
  } finally {
    await Promise.all([makers.stop(), shops.stop()]);
  }
}

async function measureLatency(
  making: Child,
  shopping: Child,
  { carrier, p99 }: { readonly carrier: string; readonly p99: number },
): Promise<ReadonlyArray<Measurement>> {
  const applied = new Map<string, number>();
  shopping.on('applied', ({ times }) => times.forEach(([id, time]) => applied.set(id, time)));
  // The first second is for compilers and caches.
  making.send({ type: 'write', events: 200, perSecond: 200 });
  await making.next('committed');
  making.send({ type: 'write', ...STEADY });
  const { times } = await making.next('committed');
  while (!times.every(([id]) => applied.has(id))) {
    await sleep(50);
  }
  const delays = times.map(([id, committed]) => (applied.get(id) ?? 0) - committed);
  return [
    figure(`commit to replica by ${carrier} at 200/s, median`, quantile(delays, 0.5), 'ms'),
    figure(`commit to replica by ${carrier} at 200/s, p99`, quantile(delays, 0.99), 'ms', p99),
  ];
}

/** The same latency with JetStream between the two; nothing where there is no nats-server. */
async function measureBroker(maker: TestDatabase, shop: TestDatabase): Promise<ReadonlyArray<Measurement>> {
  if (!canTestNats) {
    tell('no nats-server here: JetStream is left out');
    return [];
  }
  tell('commit to replica by JetStream');
  const nats = await startNatsServer();
  try {
    const { child: making, url = '' } = await startChild('maker-process', [maker.url, nats.url]);
    const { child: shopping } = await startChild('shop-process', [shop.url, url, nats.url]);
    const measured = await measureLatency(making, shopping, { carrier: 'JetStream', p99: 25 });
    await shopping.stop();
    await making.stop();
    return measured;
  } finally {
    await nats.stop();
  }
}

async function measureRebuild(options: {
  readonly maker: TestDatabase;
  readonly url: string;
  readonly shop: TestDatabase;
}): Promise<ReadonlyArray<Measurement>> {
  tell(`rebuilding a replica of ${ROWS.toLocaleString('en')} rows`);
  const owner = new pg.Client({ connectionString: options.maker.ownerUrl });
  await owner.connect();
  await owner.query(
    `INSERT INTO widgets SELECT gen_random_uuid(), 'widget ' || i, 1 FROM generate_series(1, ${ROWS}) i`,
  );
  await owner.query('ANALYZE widgets');
  await owner.end();
  await options.shop.pool.query('DELETE FROM copies');
  const { child } = await startChild('shop-process', [options.shop.url, options.url]);
  child.send({ type: 'rebuild' });
  const { rows, seconds, residentBytes } = await child.next('rebuilt');
  await child.stop();
  if (rows !== ROWS) {
    throw new Error(`The replica got ${rows} of ${ROWS} rows.`);
  }
  return [
    figure(`replica of ${ROWS.toLocaleString('en')} rows rebuilt`, rows / seconds, 'rows/s', 20_000, 'least'),
    figure('memory of the consumer during it, at most', residentBytes / 1024 ** 2, 'MB'),
  ];
}

async function measureIdle(processes: ReadonlyArray<number>): Promise<ReadonlyArray<Measurement>> {
  await sleep(2_000);
  const before = processorTimeOf(processes);
  await sleep(IDLE_MILLISECONDS);
  const share = ((processorTimeOf(processes) - before) / IDLE_MILLISECONDS) * 100;
  return [figure('idle system', share, '% of a core', 1)];
}

async function measureBacklog(options: {
  readonly making: Child;
  readonly url: string;
  readonly shop: TestDatabase;
}): Promise<ReadonlyArray<Measurement>> {
  const { making, url, shop } = options;
  tell('writing a backlog');
  making.send({ type: 'write', events: BACKLOG, perSecond: null });
  await making.next('committed');
  tell('reading it');
  const read = await readBacklog(url);
  tell('applying it');
  const begin = performance.now();
  const { child } = await startChild('shop-process', [shop.url, url]);
  const { rows: before } = await shop.pool.query<{ count: string }>('SELECT count(*) FROM inbox');
  const target = Number(before[0]?.count) + BACKLOG;
  for (let count = 0; count < target;) {
    await sleep(100);
    const { rows } = await shop.pool.query<{ count: string }>('SELECT count(*) FROM inbox');
    count = Number(rows[0]?.count);
  }
  const seconds = (performance.now() - begin) / 1_000;
  child.send({ type: 'usage' });
  const { residentBytes } = await child.next('usage');
  await child.stop();
  return [
    figure('events out of one outbox', read, 'events/s', 10_000, 'least'),
    figure('events applied to a replica', BACKLOG / seconds, 'events/s'),
    figure('memory of the consumer after it', residentBytes / 1024 ** 2, 'MB'),
  ];
}

/** Reads the whole log as a consumer would that does nothing with it; events a second. */
async function readBacklog(url: string): Promise<number> {
  const transport = createHttpTransport({
    source: 'maker',
    urls: [url],
    caller: 'shop',
    secret: SECRET,
    logger: createLogger('bench', 'warn'),
  });
  const ending = new AbortController();
  try {
    const head = await transport.head();
    const begin = performance.now();
    let events = 0;
    for await (const page of transport.follow({ after: 'start', signal: ending.signal })) {
      events += page.events.length;
      if (page.position.sequence >= head.sequence) {
        break;
      }
    }
    return events / ((performance.now() - begin) / 1_000);
  } finally {
    ending.abort();
    await transport.close();
  }
}

function figure(
  what: string,
  value: number,
  unit: string,
  goal?: number,
  kind: 'most' | 'least' = 'most',
): Measurement {
  if (goal === undefined) {
    return { what, value, unit };
  }
  const isMet = kind === 'most' ? value < goal : value >= goal;
  return {
    what,
    value,
    unit,
    goal: `${kind === 'most' ? 'under' : 'at least'} ${goal.toLocaleString('en')} ${unit}`,
    isMet,
  };
}
