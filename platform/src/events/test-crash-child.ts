import pg from 'pg';
import { armCrashPoints } from './crash-points.js';
import type { EventHandler } from './event-applier.js';
import { createHttpTransport } from './http-transport.js';
import { createNatsBroker, type NatsBroker } from './nats/broker.js';
import { createTestNatsTransport, createTestRelay } from './nats/test-relay.js';
import { pruneOutbox } from './retention.js';
import type { SqlTransaction } from './sql-transaction.js';
import { startTestFeed } from './test-feed.js';
import { eventually, tellWidgets, type TestDatabase } from './test-fixtures.js';
import { createShopConsumer, keepCopy } from './test-shop.js';
import { testTelemetry } from '../testing/test-telemetry.js';

/*
 * The processes of the crash matrix: told by one argument what to be and where to die. A parent that has had enough
 * closes standard input.
 */

/** What a child is told. */
export interface CrashChildRequest {
  readonly role: 'consumer' | 'feed' | 'relay' | 'writer' | 'pruner';
  readonly databaseUrl: string;
  /** See {@link armCrashPoints}; none when empty. */
  readonly crashAt: string;
  readonly feedUrl?: string;
  readonly secret?: string;
  /** A consumer that has one reads by the broker; a relay needs one. */
  readonly natsUrl?: string;
  /** Widgets that a writer changes, one transaction each. */
  readonly widgets?: ReadonlyArray<{ readonly id: string; readonly version: number }>;
  /** Handlers throw at the first attempt at a widget of this name. */
  readonly failsFor?: string;
  /** The repair of a consumer that lost its position. */
  readonly repairTo?: { readonly epoch: string; readonly sequence: string; readonly eventId: string };
}

const request = JSON.parse(process.argv[2] as string) as CrashChildRequest;
const pool = new pg.Pool({ connectionString: request.databaseUrl, max: 5 });
const database: TestDatabase = { url: '', ownerUrl: '', superuserUrl: '', schema: '', pool };
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
armCrashPoints(request.crashAt);
const createBroker = (): NatsBroker =>
  createNatsBroker({
    url: request.natsUrl as string,
    name: request.role,
    logger: testTelemetry(request.role).logger,
  });
process.stdin.on('end', () => process.exit(0)).resume();

/** Fails while the shop has not seen the widget parked, so that it is parked once and then goes through. */
const failsOnce: EventHandler<SqlTransaction> = async (event, transaction) => {
  await keepCopy(event, transaction);
  if ((event.data as { name: string }).name === request.failsFor) {
    const { rows } = await pool.query('SELECT 1 FROM parked_events WHERE event_id = $1', [event.id]);
    if (rows.length === 0) {
      throw new Error('fails once');
    }
  }
};

switch (request.role) {
  case 'consumer': {
    const feed = createHttpTransport({
      source: 'maker',
      urls: [request.feedUrl as string],
      caller: 'shop',
      secret: request.secret as string,
      logger: testTelemetry('shop').logger,
      retryMilliseconds: [10, 50],
    });
    const transport = request.natsUrl === undefined ? feed : createTestNatsTransport(createBroker(), feed);
    createShopConsumer(database, transport, {
      handlers: { 'maker.widget.made': failsOnce, 'maker.widget.renamed': failsOnce },
      onPositionLost: ({ refusal }) => {
        const { repairTo } = request;
        return repairTo === undefined
          ? Promise.reject(refusal)
          : Promise.resolve({ ...repairTo, sequence: BigInt(repairTo.sequence) });
      },
    }).start();
    tell({ started: true });
    break;
  }
  case 'feed': {
    const { url, secret } = await startTestFeed(database);
    tell({ url, secret });
    break;
  }
  case 'relay': {
    // A widget that is scrapped stands for a person who is erased.
    const relay = createTestRelay(database, createBroker(), {
      erasedPersonOf: ({ type, aggregate }) => (type === 'maker.widget.scrapped' ? aggregate.id : undefined),
    });
    relay.start();
    await eventually('the relay publishes', () => relay.status().state === 'publishing');
    tell({ publishing: true });
    break;
  }
  case 'writer':
    for (const widget of request.widgets ?? []) {
      await tellWidgets(database, widget);
      tell({ told: widget });
    }
    process.exit(0);
    break;
  case 'pruner':
    await pruneOutbox(pool, { keepMilliseconds: 0, awayMilliseconds: 1_000, expectedConsumers: [] });
    process.exit(0);
}
