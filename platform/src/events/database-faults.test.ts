import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from './consumer.js';
import type { NatsBroker } from './nats/broker.js';
import { describeWithNats } from './nats/test-nats-server.js';
import { startNatsServer, type TestNatsServer } from '../testing/nats-server.js';
import { createFeedAndNatsTransport, createTestRelay, type TestRelay } from './nats/test-relay.js';
import { startTestFeed, type TestFeed } from './test-feed.js';
import { eventually, shopTables, tellWidgets, type TestDatabase } from './test-fixtures.js';
import { startRestartableServer, type RestartableServer } from './test-restartable-server.js';
import { createShopConsumer, readEffects } from './test-shop.js';
import type { EventTransport } from './transport.js';

/*
 * PostgreSQL of the producer or of the consumer goes away while events are under way, and comes back. What was
 * acknowledged takes effect once; what was not may have happened, and then takes effect once too.
 */

let producerServer: RestartableServer;
let consumerServer: RestartableServer;
let maker: TestDatabase;
let shop: TestDatabase;
let feed: TestFeed;
let consumer: Consumer | undefined;
let transport: EventTransport | undefined;

beforeAll(async () => {
  producerServer = await startRestartableServer();
  consumerServer = await startRestartableServer();
  maker = await producerServer.createDatabase('maker');
  shop = await consumerServer.createDatabase('shop', shopTables);
  feed = await startTestFeed(maker);
});
afterEach(async () => {
  await consumer?.stop();
  await transport?.close();
  consumer = undefined;
  transport = undefined;
});
afterAll(async () => {
  await feed.stop();
  await producerServer.stop();
  await consumerServer.stop();
});

const ACKNOWLEDGED = 60;

async function survive(
  whose: 'producer' | 'consumer',
  how: 'stopped' | 'killed',
  createTransport: () => EventTransport,
): Promise<void> {
  const id = randomUUID();
  const acknowledged: number[] = [];
  transport = createTransport();
  consumer = createShopConsumer(shop, transport);
  consumer.start();
  const write = async (): Promise<void> => {
    for (let version = 1; acknowledged.length < ACKNOWLEDGED; version += 1) {
      await tellWidgets(maker, { id, version }).then(
        () => acknowledged.push(version),
        // Nobody knows whether it happened: it is not tried again under this number.
        () => sleep(20),
      );
    }
  };
  const writing = write();
  await eventually('events are under way', async () => (await readVersions(id)).length > 5);
  const server = whose === 'producer' ? producerServer : consumerServer;
  await server.end(how);
  await sleep(200);
  await server.start();
  await writing;
  const last = acknowledged.at(-1);
  await eventually('all took effect', async () => (await readVersions(id)).includes(last as number));
  const versions = await readVersions(id);
  expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
  expect(versions).toEqual(expect.arrayContaining(acknowledged));
  await eventually('it follows again', () => consumer?.status().state === 'following');
}

async function readVersions(id: string): Promise<ReadonlyArray<number>> {
  // Its own database may be the one that is away.
  const effects = await readEffects(shop).catch(() => []);
  return effects.filter(({ aggregate }) => aggregate === id).map(({ version }) => version);
}

const FAULTS = (['producer', 'consumer'] as const).flatMap((whose) =>
  (['stopped', 'killed'] as const).map((how) => [whose, how] as const),
);

describe('by the feed', () => {
  it.each(FAULTS)('nothing is lost or doubled when PostgreSQL of the %s is %s', (whose, how) =>
    survive(whose, how, () => feed.createTransport()),
  );
});

describeWithNats('by NATS', () => {
  let nats: TestNatsServer;
  let broker: NatsBroker;
  let relay: TestRelay;
  beforeAll(async () => {
    nats = await startNatsServer();
    broker = nats.createBroker('test');
    relay = createTestRelay(maker, broker);
    relay.start();
  });
  afterAll(async () => {
    await relay.stop();
    await broker.close();
    await nats.stop();
  });

  it.each(FAULTS)('nothing is lost or doubled when PostgreSQL of the %s is %s', async (whose, how) => {
    await survive(whose, how, () => createFeedAndNatsTransport(broker, feed));
    await eventually('the relay publishes again', () => relay.status().state === 'publishing');
  });
});
