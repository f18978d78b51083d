import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Consumer, LostPosition } from './consumer.js';
import type { EventHandler } from './event-applier.js';
import { createFaultyBroker, type FaultyBroker } from './nats/test-faulty-broker.js';
import type { Position } from './position.js';
import { pruneOutbox } from './retention.js';
import { pgTransactions, type PgTransaction } from './sql-transaction.js';
import { createFaultyTransport, type Faults } from './test-faulty-transport.js';
import { startTestFeed, type TestFeed } from './test-feed.js';
import { eventually, shopTables, type TestDatabase, type TestServer } from './test-fixtures.js';
import { createRandom, SOURCES, WIDGETS_A_SOURCE, type Schedule, type Step } from './test-schedule.js';
import {
  createProducer,
  producerTables,
  scheduleContracts,
  type Producer,
} from './test-schedule-producer.js';
import { createShopConsumer, keepCopy } from './test-shop.js';
import type { EventTransport } from './transport.js';

/** Two producers and a consumer of both, in which schedules run one after the other. */
export interface Lane {
  /** Runs a schedule. @throws when a replica does not hold in the end what the model says */
  run(schedule: Schedule): Promise<void>;
  stop(): Promise<void>;
}

interface RunningConsumer {
  readonly consumer: Consumer;
  readonly transport: EventTransport;
}

/** One source within a lane. */
interface Side {
  readonly source: string;
  readonly database: TestDatabase;
  readonly producer: Producer;
  readonly feed: TestFeed;
}

const REPLICAS = 2;
const HOUR = 3_600_000;

/** Makes a lane on a server that others may share. */
export async function startLane(server: TestServer, name: string): Promise<Lane> {
  const shop = await server.createDatabase(`shop_${name}`, shopTables);
  const sides: Side[] = [];
  for (const source of SOURCES) {
    const database = await server.createDatabase(`${source}_${name}`, producerTables);
    const feed = await startTestFeed(database, source);
    sides.push({ source, database, feed, producer: createProducer(source, database) });
  }
  return {
    run: (schedule) => runSchedule(schedule, shop, sides),
    async stop() {
      await Promise.all(sides.map(({ feed }) => feed.stop()));
    },
  };
}

async function runSchedule(
  schedule: Schedule,
  shop: TestDatabase,
  sides: ReadonlyArray<Side>,
): Promise<void> {
  const faults: Faults = { random: createRandom(schedule.seed + 1), rate: schedule.faultRate };
  const failures = new Map<string, number>();
  const widgetIds = sides.map(() => Array.from({ length: WIDGETS_A_SOURCE }, () => randomUUID()));
  const running: RunningConsumer[][] = sides.map(() => []);
  const repairedTo: Position[][] = sides.map(() => []);
  const restored = sides.map(() => false);
  const unexpected: string[] = [];
  await shop.pool.query(
    'DELETE FROM effects; DELETE FROM copies; DELETE FROM inbox; DELETE FROM parked_events',
  );
  for (const [index, { producer }] of sides.entries()) {
    await producer.reset(widgetIds[index] as string[]);
  }
  await forgetPositions(shop);
  const brokers: FaultyBroker[] = sides.map(({ feed }) => createFaultyBroker(feed.createTransport(), faults));

  const handler: EventHandler<PgTransaction> = async (event, transaction) => {
    await keepCopy(event, transaction);
    const left = failures.get(event.aggregate.id) ?? 0;
    if (left > 0) {
      failures.set(event.aggregate.id, left - 1);
      throw new Error('the handler of the test fails');
    }
  };

  /** Takes the owner's widgets as they are, unless another replica has gone on already. */
  const repair = async (index: number, transport: EventTransport, lost: LostPosition): Promise<Position> => {
    const { source, database } = sides[index] as Side;
    if (restored[index] !== true) {
      unexpected.push(`${source}: ${lost.refusal.message}`);
    }
    const position = await transport.head();
    await pgTransactions(shop.pool)(async (transaction) => {
      const [stored] = await transaction.$queryRawUnsafe<ReadonlyArray<{ event_id: string; epoch: string }>>(
        `SELECT epoch::text AS epoch, event_id::text AS event_id FROM consumer_positions
          WHERE consumer = 'copies' AND source = $1 FOR UPDATE`,
        source,
      );
      if (
        stored !== undefined &&
        (stored.epoch !== lost.stored?.epoch || stored.event_id !== lost.stored.eventId)
      ) {
        return;
      }
      const { rows } = await database.pool.query('SELECT id, name, version FROM widgets');
      await transaction.$queryRawUnsafe('DELETE FROM copies WHERE id = ANY ($1::uuid[])', widgetIds[index]);
      await transaction.$queryRawUnsafe(
        'INSERT INTO copies SELECT * FROM json_populate_recordset(NULL::copies, $1)',
        JSON.stringify(rows),
      );
    });
    repairedTo[index]?.push(position);
    return position;
  };

  const startConsumer = (index: number): void => {
    const { source, feed } = sides[index] as Side;
    const own = feed.createTransport();
    const transport =
      schedule.carrier === 'feed'
        ? createFaultyTransport(own, faults)
        : (brokers[index] as FaultyBroker).createTransport(own);
    const consumer = createShopConsumer(shop, transport, {
      handlers: { [`${source}.widget.renamed`]: handler },
      contracts: scheduleContracts,
      retryPolicy: { attempts: 1_000, firstPauseMilliseconds: 5, longestPauseMilliseconds: 20 },
      onPositionLost: (lost) => repair(index, transport, lost),
    });
    consumer.start();
    running[index]?.push({ consumer, transport });
  };
  const stopConsumer = async (index: number): Promise<void> => {
    const one = running[index]?.shift();
    await one?.consumer.stop();
    await one?.transport.close();
  };

  const carryOut = async (step: Step): Promise<void> => {
    if (step.kind === 'pause') {
      await sleep(step.milliseconds);
      return;
    }
    const { producer, database } = sides[step.source] as Side;
    switch (step.kind) {
      case 'write':
        return producer.write(step.writes);
      case 'fail':
        failures.set(widgetIds[step.source]?.[step.widget] as string, step.times);
        return;
      case 'startConsumer':
        return (running[step.source]?.length ?? 0) < REPLICAS ? startConsumer(step.source) : undefined;
      case 'stopConsumer':
        return stopConsumer(step.source);
      case 'backup':
        return producer.backUp();
      case 'restore':
        restored[step.source] = true;
        return producer.restore();
      case 'prune':
        await pruneOutbox(database.pool, {
          keepMilliseconds: 0,
          awayMilliseconds: HOUR,
          expectedConsumers: ['shop/copies'],
        });
        return;
      case 'wipeBroker':
        return brokers[step.source]?.wipe();
    }
  };

  try {
    for (const step of schedule.steps) {
      await carryOut(step);
    }
    for (const [index, { producer }] of sides.entries()) {
      if (running[index]?.length === 0) {
        startConsumer(index);
      }
      // A last event of each, so that what went before it has had its time.
      await producer.write([{ widgets: [0], slowMilliseconds: 0, rollsBack: false }]);
    }
    await sleep(faults.random.below(40));
    faults.rate = 0;
    for (const [index, { source }] of sides.entries()) {
      const head = await (running[index]?.[0]?.transport as EventTransport).head();
      await eventually(`the consumer of ${source} reached the end`, () => isAt(shop, source, head));
    }
    await Promise.all(running.flatMap((one) => one.map(({ consumer }) => consumer.stop())));
    for (const [index, side] of sides.entries()) {
      const through = (repairedTo[index] ?? []).map(({ sequence }) => sequence);
      await requireAgreement(shop, side, widgetIds[index] as string[], through);
    }
    if (unexpected.length > 0) {
      throw new Error(`A position was lost without a restore: ${unexpected.join('; ')}`);
    }
  } finally {
    await Promise.all(running.flatMap((one) => one.map(({ consumer }) => consumer.stop())));
    await Promise.all(running.flatMap((one) => one.map(({ transport }) => transport.close())));
    await Promise.all(brokers.map((broker) => broker.stop()));
  }
}

/** Whether everything up to a place has been applied. */
async function isAt(shop: TestDatabase, source: string, place: Position): Promise<boolean> {
  const { rows } = await shop.pool.query(
    `SELECT 1 FROM consumer_positions p
      WHERE p.source = $1 AND p.epoch = $2 AND p.sequence >= $3
        AND NOT EXISTS (SELECT 1 FROM parked_events e WHERE e.source = $1 AND e.epoch = $2)`,
    [source, place.epoch, place.sequence.toString()],
  );
  return rows.length > 0;
}

/** Holds the copies and the effects against the model. */
async function requireAgreement(
  shop: TestDatabase,
  { source, producer }: Side,
  widgetIds: ReadonlyArray<string>,
  repairedThrough: ReadonlyArray<bigint>,
): Promise<void> {
  const { widgets, events } = producer.model;
  const { rows: copies } = await shop.pool.query(
    'SELECT id::text, name, version FROM copies WHERE id = ANY ($1) ORDER BY id',
    [widgetIds],
  );
  const wanted = [...widgets.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  if (JSON.stringify(copies) !== JSON.stringify(wanted)) {
    throw new Error(`${source}: copies ${JSON.stringify(copies)} instead of ${JSON.stringify(wanted)}`);
  }
  const { rows: effects } = await shop.pool.query<{ event_id: string; count: number }>(
    `SELECT event_id::text, count(*)::int AS count FROM effects WHERE aggregate = ANY ($1) GROUP BY 1`,
    [widgetIds],
  );
  const twice = effects.filter(({ count }) => count > 1);
  if (twice.length > 0) {
    throw new Error(`${source}: ${twice.length} events took effect more than once`);
  }
  const counted = new Set(effects.map(({ event_id }) => event_id));
  const through = repairedThrough.reduce((most, one) => (one > most ? one : most), 0n);
  const missed = events.filter(({ sequence, eventId }) => sequence > through && !counted.has(eventId));
  if (missed.length > 0) {
    throw new Error(`${source}: ${missed.length} acknowledged events took no effect`);
  }
}

/** Nobody but a test forgets them. */
async function forgetPositions({ superuserUrl, schema }: TestDatabase): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`DELETE FROM ${schema}.consumer_positions`);
  await client.end();
}
