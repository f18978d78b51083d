import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Consumer } from '../consumer.js';
import { startTestFeed, type TestFeed } from '../test-feed.js';
import {
  eventually,
  shopTables,
  startTestServer,
  tellWidgets,
  type TestDatabase,
  type TestServer,
} from '../test-fixtures.js';
import { createShopConsumer, keepCopy, readEffects } from '../test-shop.js';
import type { EventTransport } from '../transport.js';
import type { NatsBroker } from './broker.js';
import { purgeAggregate } from './purge-aggregate.js';
import { createTestNatsTransport, createTestRelay, type TestRelay } from './test-relay.js';
import { describeWithNats } from './test-nats-server.js';
import { startNatsServer, type TestNatsServer } from '../../testing/nats-server.js';

const STREAM = 'events-maker';

describeWithNats('events by NATS', () => {
  let server: TestServer;
  let maker: TestDatabase;
  let shop: TestDatabase;
  let feed: TestFeed;
  let nats: TestNatsServer;
  let broker: NatsBroker;
  let relay: TestRelay;
  let consumer: Consumer | undefined;
  /** What came by the feed, and how many read it at the moment. */
  const byFeed = { events: 0, readers: 0 };

  beforeAll(async () => {
    server = await startTestServer();
    maker = await server.createDatabase('maker');
    shop = await server.createDatabase('shop', shopTables);
    feed = await startTestFeed(maker);
    nats = await startNatsServer();
  });
  beforeEach(async () => {
    broker = nats.createBroker('test');
    relay = createTestRelay(maker, broker);
    relay.start();
    // From here on everything is in the stream.
    await isPublishing();
  });
  afterEach(async () => {
    await stopConsumer();
    await relay.stop();
    await broker.close();
  });
  afterAll(async () => {
    await feed.stop();
    await nats.stop();
    await server.stop();
  });

  /** Counts what the feed gives. */
  const countedFeed = (): EventTransport => {
    const transport = feed.createTransport();
    return {
      ...transport,
      async *follow(options) {
        const isCheckIn = options.types?.[0] === 'nobody.nothing.happened';
        byFeed.readers += isCheckIn ? 0 : 1;
        try {
          for await (const page of transport.follow(options)) {
            byFeed.events += page.events.length;
            yield page;
          }
        } finally {
          byFeed.readers -= isCheckIn ? 0 : 1;
        }
      },
    };
  };
  let transport: EventTransport | undefined;
  const startConsumer = (options: Parameters<typeof createShopConsumer>[2] = {}): void => {
    transport = createTestNatsTransport(broker, countedFeed());
    consumer = createShopConsumer(shop, transport, options);
    consumer.start();
  };
  const stopConsumer = async (): Promise<void> => {
    await consumer?.stop();
    await transport?.close();
    consumer = undefined;
    transport = undefined;
  };
  const tell = async (id: string, from: number, to: number): Promise<void> => {
    for (let version = from; version <= to; version += 1) {
      await tellWidgets(maker, { id, version });
    }
  };
  const versionsOf = async (id: string): Promise<ReadonlyArray<number>> =>
    (await readEffects(shop)).filter(({ aggregate }) => aggregate === id).map(({ version }) => version);
  const expectOnce = async (id: string, count: number): Promise<void> => {
    await eventually(`${count} events took effect`, async () => (await versionsOf(id)).length >= count);
    // What would take effect twice has had its time when a later one has taken effect.
    const last = randomUUID();
    await tell(last, 1, 1);
    await eventually('the last took effect', async () => (await versionsOf(last)).length > 0);
    expect(await versionsOf(id)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  };
  const readsBroker = (): Promise<void> =>
    eventually('the broker is read', () => consumer?.status().state === 'following' && byFeed.readers === 0);
  const isPublishing = (): Promise<void> =>
    eventually('the relay publishes', () => relay.status().state === 'publishing');
  const manage = async (): Promise<JetStreamManager> => jetstreamManager(await broker.connect());
  /** The messages of the stream that are about an aggregate, once the relay has published the given number. */
  const messagesOf = async (id: string, count: number): Promise<ReadonlyArray<StoredMsg>> => {
    let messages: StoredMsg[] = [];
    await eventually(`${count} messages are in the stream`, async () => {
      const manager = await manage();
      const info = await manager.streams.info(STREAM).catch(() => undefined);
      messages = [];
      for (
        let sequence = info?.state.first_seq ?? 1;
        sequence <= (info?.state.last_seq ?? 0);
        sequence += 1
      ) {
        const message = await manager.streams.getMessage(STREAM, { seq: sequence });
        if (message?.subject.includes(id) === true) {
          messages.push(message);
        }
      }
      return messages.length >= count;
    });
    return messages;
  };

  it('carries events by the broker, and those of a while away too', async () => {
    const id = randomUUID();
    startConsumer();
    await tell(id, 1, 1);
    await readsBroker();
    const before = byFeed.events;
    await tell(id, 2, 40);
    await expectOnce(id, 40);
    expect(byFeed.events).toBe(before);
    await stopConsumer();
    // More than the one page of the feed with which everybody begins.
    const other = randomUUID();
    const told = await tellWidgets(
      maker,
      ...Array.from({ length: 1_500 }, (_, index) => ({ id: other, version: index + 1 })),
    );
    await eventually('all is published', () => relay.status().position?.eventId === told.at(-1)?.id);
    startConsumer();
    await expectOnce(other, 1_500);
    expect(byFeed.events - before).toBeLessThan(1_400);
  });

  it('loses nothing when the broker is killed and its store is wiped with events in it', async () => {
    const id = randomUUID();
    startConsumer();
    await tell(id, 1, 5);
    await expectOnce(id, 5);
    await stopConsumer();
    await tell(id, 6, 25);
    await messagesOf(id, 25);
    await nats.kill();
    await nats.wipe();
    await tell(id, 26, 30);
    await nats.start();
    await tell(id, 31, 35);
    startConsumer();
    await expectOnce(id, 35);
    await isPublishing();
    await readsBroker();
    await tell(id, 36, 40);
    await expectOnce(id, 40);
  });

  it('loses nothing when that happens under one who reads', async () => {
    const id = randomUUID();
    startConsumer();
    await tell(id, 1, 3);
    await expectOnce(id, 3);
    await readsBroker();
    const telling = tell(id, 4, 200);
    await nats.kill();
    await nats.wipe();
    await nats.start();
    await telling;
    await expectOnce(id, 200);
    await readsBroker();
  });

  it('goes on by the feed while the broker is away, and returns to it', async () => {
    const id = randomUUID();
    startConsumer();
    await tell(id, 1, 3);
    await expectOnce(id, 3);
    await readsBroker();
    await nats.kill();
    await tell(id, 4, 10);
    await expectOnce(id, 10);
    expect(byFeed.readers).toBe(1);
    await nats.start();
    await readsBroker();
    const before = byFeed.events;
    await tell(id, 11, 20);
    await expectOnce(id, 20);
    expect(byFeed.events).toBe(before);
  });

  it('applies once what the broker repeats, in any order, and leaves out what no relay wrote', async () => {
    const id = randomUUID();
    startConsumer();
    await tell(id, 1, 10);
    await expectOnce(id, 10);
    await readsBroker();
    const client = jetstream(await broker.connect());
    const messages = [...(await messagesOf(id, 10))].reverse();
    for (const message of messages) {
      const again = headers();
      for (const key of message.header.keys().filter((name) => name.startsWith('Event-'))) {
        again.set(key, message.header.get(key));
      }
      await client.publish(message.subject, message.data, { headers: again });
      await client.publish(message.subject, 'not an event', { headers: again });
      await client.publish(message.subject, message.data);
    }
    await tell(id, 11, 12);
    await expectOnce(id, 12);
  });

  it('notices messages that the broker lost, in the middle and at the end', async () => {
    const id = randomUUID();
    startConsumer();
    await tell(id, 1, 1);
    await expectOnce(id, 1);
    await stopConsumer();
    await tell(id, 2, 20);
    const manager = await manage();
    for (const message of (await messagesOf(id, 20)).filter((_, index) => index % 3 === 0 || index === 19)) {
      await manager.streams.deleteMessage(STREAM, message.seq);
    }
    startConsumer();
    await eventually('all took effect', async () => (await versionsOf(id)).length >= 20);
    await expectOnce(id, 20);
  });

  it('publishes from one process at a time, and another takes over', async () => {
    const id = randomUUID();
    const others = [createTestRelay(maker, broker), createTestRelay(maker, broker)];
    others.forEach((one) => one.start());
    await tell(id, 1, 20);
    await messagesOf(id, 20);
    const count = (state: string): number =>
      [relay, ...others].filter((one) => one.status().state === state).length;
    await eventually('the others stand by', () => count('standby') === 2);
    expect(count('publishing')).toBe(1);
    await relay.stop();
    await tell(id, 21, 40);
    const messages = await messagesOf(id, 40);
    expect(messages.map((message) => message.json<{ data: { version: number } }>().data.version)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    expect(count('publishing')).toBe(1);
    await Promise.all(others.map((one) => one.stop()));
  });

  it('erases a person from the broker’s memory and files; readers then get the scrubbed events', async () => {
    const id = randomUUID();
    const secret = `personal-${randomUUID()}`;
    startConsumer();
    await tell(randomUUID(), 1, 1);
    await readsBroker();
    await stopConsumer();
    for (let version = 1; version <= 5; version += 1) {
      await tellWidgets(maker, { id, version, name: secret });
    }
    await messagesOf(id, 5);
    expect(await holds(nats.storeFolder, secret)).toBe(true);
    await maker.pool.query(
      `UPDATE outbox SET data = data || '{"name": "scrubbed"}' WHERE aggregate_id = $1`,
      [id],
    );
    expect(await purgeAggregate(broker, { source: 'maker', aggregate: { type: 'widget', id } })).toBe(5);
    expect(await messagesOf(id, 0)).toEqual([]);
    await nats.kill();
    expect(await holds(nats.storeFolder, secret)).toBe(false);
    await nats.start();
    const names: string[] = [];
    startConsumer({
      handlers: {
        'maker.widget.renamed': async (event, transaction) => {
          const { name } = event.data as { readonly name: string };
          names.push(name);
          await keepCopy(event, transaction);
        },
      },
    });
    await expectOnce(id, 5);
    expect(names).not.toContain(secret);
  });
});

/** Whether any file below a folder holds a text. */
async function holds(folder: string, text: string): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(text)) {
      return true;
    }
  }
  return false;
}
