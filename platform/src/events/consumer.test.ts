import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createEventContracts } from './contracts.js';
import type { Consumer } from './consumer.js';
import { createConsumerStore } from './consumer-store.js';
import { createEventApplier } from './event-applier.js';
import { DEFAULT_RETRY_POLICY } from './retry-policy.js';
import { testTelemetry } from '../testing/test-telemetry.js';
import { renewEpoch } from './epoch.js';
import { discardParkedEvent, listParkedEvents, replayParkedEvents } from './parked-events.js';
import { pgTransactions } from './sql-transaction.js';
import { startTestFeed, type TestFeed } from './test-feed.js';
import {
  eventually,
  shopTables,
  startTestServer,
  tellWidgets,
  widgetSchemas,
  type TestDatabase,
  type TestServer,
} from './test-fixtures.js';
import { createShopConsumer, keepCopy, readEffects } from './test-shop.js';
import { createModellessPrismaClient } from './test-prisma-client.js';
import type { EventTransport } from './transport.js';

let server: TestServer;
let maker: TestDatabase;
let shop: TestDatabase;
let feed: TestFeed;
const running: Consumer[] = [];
const transports: EventTransport[] = [];

beforeAll(async () => {
  server = await startTestServer();
  maker = await server.createDatabase('maker');
  shop = await server.createDatabase('shop', shopTables);
  feed = await startTestFeed(maker);
});
beforeEach(async () => {
  // Each test has the log to itself from where it is now.
  await shop.pool.query('DELETE FROM effects; DELETE FROM parked_events; DELETE FROM inbox');
  const { pool } = maker;
  const { rows } = await pool.query(
    `SELECT epoch, COALESCE(o.sequence, 0) AS sequence, COALESCE(o.event_id, '00000000-0000-0000-0000-000000000000') AS id
       FROM outbox_epoch LEFT JOIN LATERAL (SELECT * FROM outbox ORDER BY sequence DESC LIMIT 1) o ON true`,
  );
  await shop.pool.query(
    `INSERT INTO consumer_positions (consumer, source, epoch, sequence, event_id) VALUES ('copies', 'maker', $1, $2, $3)
     ON CONFLICT (consumer, source) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence, event_id = excluded.event_id`,
    [rows[0].epoch, rows[0].sequence, rows[0].id],
  );
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((consumer) => consumer.stop()));
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
});
afterAll(async () => {
  await feed.stop();
  await server.stop();
});

const start = (
  options: Parameters<typeof createShopConsumer>[2] = {},
  transport = feed.createTransport(),
): Consumer => {
  const consumer = createShopConsumer(shop, transport, options);
  transports.push(transport);
  running.push(consumer);
  consumer.start();
  return consumer;
};
const versionsOf = async (id: string): Promise<ReadonlyArray<number>> =>
  (await readEffects(shop)).filter(({ aggregate }) => aggregate === id).map(({ version }) => version);
const parked = () => pgTransactions(shop.pool)((transaction) => listParkedEvents(transaction));
const change = (id: string, version: number, name = 'fine') => ({ id, version, name });

async function asOwner(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const owner = new pg.Client({ connectionString: maker.ownerUrl });
  await owner.connect();
  await owner.query('SET search_path = maker');
  await work(owner);
  await owner.end();
}

/** A handler that fails for widgets of the name, as long as it is told to. */
function failingFor(name: string, control: { fails: boolean; attempts?: number }) {
  const handler: typeof keepCopy = async (event, transaction) => {
    await keepCopy(event, transaction);
    if ((event.data as { name: string }).name === name && control.fails) {
      control.attempts = (control.attempts ?? 0) + 1;
      throw new Error('the handler of the test fails');
    }
  };
  return { handlers: { 'maker.widget.made': handler, 'maker.widget.renamed': handler } };
}

describe('a consumer', () => {
  it('applies events once and in order, also after a stop, also many at once', async () => {
    const id = randomUUID();
    const first = start();
    await tellWidgets(maker, ...Array.from({ length: 250 }, (_, index) => change(id, index + 1)));
    await eventually('all took effect', async () => (await versionsOf(id)).length === 250);
    await first.stop();
    await tellWidgets(maker, change(id, 251));
    start();
    await eventually('the last took effect', async () => (await versionsOf(id)).length === 251);
    expect(await versionsOf(id)).toEqual(Array.from({ length: 251 }, (_, index) => index + 1));
  });

  it('commits effect, inbox and position together, through Prisma', async () => {
    const prisma = createModellessPrismaClient(shop.pool, 'shop');
    const id = randomUUID();
    start({ runInTransaction: prisma.$transaction.bind(prisma) as never });
    const appended = await tellWidgets(maker, change(id, 1), change(id, 2));
    await eventually('both took effect', async () => (await versionsOf(id)).length === 2);
    const { rows: inbox } = await shop.pool.query('SELECT event_id FROM inbox ORDER BY sequence');
    expect(inbox.map(({ event_id }) => event_id)).toEqual(appended.map((event) => event.id));
    const { rows: positions } = await shop.pool.query('SELECT sequence, event_id FROM consumer_positions');
    expect(positions).toEqual([
      { sequence: String(appended.at(-1)?.sequence), event_id: appended.at(-1)?.id },
    ]);
  });

  it('never applies an event twice when two replicas of it run', async () => {
    const consumers = [start(), start()];
    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (let version = 1; version <= 40; version += 1) {
      await tellWidgets(maker, ...ids.map((id) => change(id, version)));
    }
    await eventually('all took effect', async () => (await readEffects(shop)).length >= 200);
    await eventually('both came to the end', () => {
      const [one, other] = consumers.map((consumer) => consumer.status().position?.sequence);
      return one !== undefined && one === other;
    });
    expect(await readEffects(shop)).toHaveLength(200);
    for (const id of ids) {
      expect(await versionsOf(id)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    }
  });

  it('applies an event once that comes again after the position was set back', async () => {
    const id = randomUUID();
    const { rows } = await shop.pool.query('SELECT epoch, sequence, event_id FROM consumer_positions');
    const first = start();
    await tellWidgets(maker, change(id, 1), change(id, 2));
    await eventually('both took effect', async () => (await versionsOf(id)).length === 2);
    await first.stop();
    await shop.pool.query('UPDATE consumer_positions SET epoch = $1, sequence = $2, event_id = $3', [
      rows[0].epoch,
      rows[0].sequence,
      rows[0].event_id,
    ]);
    start();
    await tellWidgets(maker, change(id, 3));
    await eventually('the third took effect', async () => (await versionsOf(id)).length >= 3);
    expect(await versionsOf(id)).toEqual([1, 2, 3]);
  });

  it('ignores types that it does not handle, and moves over them', async () => {
    const id = randomUUID();
    const consumer = start();
    const appended = await tellWidgets(maker, { ...change(id, 1), type: 'maker.widget.scrapped' });
    await eventually('it moved', () => consumer.status().position?.sequence === appended.at(-1)?.sequence);
    expect(await readEffects(shop)).toEqual([]);
    expect(await parked()).toEqual([]);
  });

  it('retries a handler that throws, while other aggregates go on and later events of its own wait', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    const control = { fails: true, attempts: 0 };
    start({
      ...failingFor('bad', control),
      retryPolicy: { attempts: 1_000, firstPauseMilliseconds: 20, longestPauseMilliseconds: 50 },
    });
    await tellWidgets(maker, change(bad, 1), change(bad, 2, 'bad'), change(bad, 3), change(good, 1));
    await eventually('it was tried again', () => control.attempts > 3);
    await tellWidgets(maker, change(good, 2), change(bad, 4));
    await eventually('the other went on', async () => (await versionsOf(good)).length === 2);
    await eventually('the later ones wait', async () => (await parked()).length === 3);
    expect((await parked()).map(({ state, reason }) => [state, reason])).toEqual([
      ['RETRYING', 'HANDLER_FAILED'],
      ['WAITING', 'BEHIND_PARKED'],
      ['WAITING', 'BEHIND_PARKED'],
    ]);
    expect(await versionsOf(bad)).toEqual([1]);
    control.fails = false;
    await eventually('they followed', async () => (await versionsOf(bad)).length === 4);
    expect(await versionsOf(bad)).toEqual([1, 2, 3, 4]);
    expect(await parked()).toEqual([]);
  });

  it('leaves what keeps failing to a person, who replays it', async () => {
    const id = randomUUID();
    const control = { fails: true, attempts: 0 };
    start(failingFor('bad', control));
    await tellWidgets(maker, change(id, 1, 'bad'), change(id, 2));
    await eventually('it was parked', async () => (await parked())[0]?.state === 'PARKED');
    expect(control.attempts).toBeGreaterThanOrEqual(3);
    expect((await parked())[0]).toMatchObject({
      attempts: 3,
      reason: 'HANDLER_FAILED',
      detail: 'the handler of the test fails',
      aggregateId: id,
      nextAttemptAt: null,
    });
    control.fails = false;
    expect(await pgTransactions(shop.pool)((transaction) => replayParkedEvents(transaction))).toBe(1);
    await eventually('both took effect', async () => (await versionsOf(id)).length === 2);
    expect(await versionsOf(id)).toEqual([1, 2]);
  });

  it('has nothing to try, and no time to wait for, when nothing is parked', async () => {
    const applier = createEventApplier({
      source: 'maker',
      store: createConsumerStore('copies', 'maker'),
      runInTransaction: pgTransactions(shop.pool),
      handlers: {},
      contracts: createEventContracts(widgetSchemas),
      retryPolicy: DEFAULT_RETRY_POLICY,
      logger: testTelemetry('shop').logger,
    });
    expect(await applier.retryNext()).toEqual({ wasTried: false, dueInMilliseconds: null });
  });

  it('lets those behind go on when a parked event is given up', async () => {
    const id = randomUUID();
    start(failingFor('bad', { fails: true }));
    const [bad] = await tellWidgets(maker, change(id, 1, 'bad'), change(id, 2));
    await eventually('it was parked', async () => (await parked())[0]?.state === 'PARKED');
    const event = { consumer: 'copies', source: 'maker', eventId: bad?.id as string };
    expect(await pgTransactions(shop.pool)((transaction) => discardParkedEvent(transaction, event))).toBe(
      true,
    );
    await eventually('the second took effect', async () => (await versionsOf(id)).length === 1);
    expect(await versionsOf(id)).toEqual([2]);
  });

  it('parks broken data, a later version and a broken envelope with their reasons, and goes on', async () => {
    const [broken, later, strange, fine] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const insert = (type: string, version: number, id: string, data: object) =>
      maker.pool.query(
        `INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities)
         VALUES (gen_random_uuid(), $1, $2, 'widget', $3, $4, '[]')`,
        [type, version, id, data],
      );
    start();
    await insert('maker.widget.renamed', 1, broken, { id: broken, name: 7, version: 1 });
    await insert('maker.widget.renamed', 2, later, { anything: true });
    await maker.pool.query(
      `INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities, occurred_at)
       VALUES (gen_random_uuid(), 'maker.widget.renamed', 0, 'widget', $1, '{}', '[]', now())`,
      [strange],
    );
    await tellWidgets(maker, change(broken, 2), change(fine, 1), change(strange, 2));
    await eventually('the fine one took effect', async () => (await versionsOf(fine)).length === 1);
    expect((await parked()).map(({ state, reason, aggregateId }) => [aggregateId, state, reason])).toEqual([
      [broken, 'PARKED', 'INVALID_DATA'],
      [later, 'PARKED', 'LATER_VERSION'],
      [strange, 'PARKED', 'BROKEN_ENVELOPE'],
      [broken, 'WAITING', 'BEHIND_PARKED'],
      [strange, 'WAITING', 'BEHIND_PARKED'],
    ]);
    expect(await readEffects(shop)).toHaveLength(1);
  });

  it('applies a parked later version once its contract is there and it is replayed', async () => {
    const id = randomUUID();
    const first = start();
    await maker.pool.query(
      `INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities)
       VALUES (gen_random_uuid(), 'maker.widget.renamed', 2, 'widget', $1, $2, '[]')`,
      [id, { id, name: 'later', version: 1, color: 'RED' }],
    );
    await eventually('it was parked', async () => (await parked()).length === 1);
    await first.stop();
    const renamed = widgetSchemas[1];
    start({
      contracts: createEventContracts([...widgetSchemas, { ...renamed, $id: 'maker.widget.renamed/2' }]),
    });
    await pgTransactions(shop.pool)((transaction) => replayParkedEvents(transaction));
    await eventually('it took effect', async () => (await versionsOf(id)).length === 1);
  });

  it('loses nothing while its own database cuts it off', async () => {
    const id = randomUUID();
    const consumer = start();
    for (let version = 1; version <= 60; version += 1) {
      await tellWidgets(maker, change(id, version));
      if (version % 10 === 0) {
        const superuser = new pg.Client({ connectionString: shop.superuserUrl });
        await superuser.connect();
        await superuser.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop_service'`,
        );
        await superuser.end();
      }
    }
    // The test reads as the same role, so it is cut off as well.
    const count = () =>
      versionsOf(id).then(
        ({ length }) => length,
        () => 0,
      );
    await eventually('all took effect', async () => (await count()) >= 60);
    expect(await versionsOf(id)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    await eventually('it follows again', () => consumer.status().state === 'following');
  });

  it('has the replica repaired when the epoch changed, and goes on from there', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    const repairs: string[] = [];
    const transport = feed.createTransport();
    const consumer = start(
      {
        onPositionLost: async ({ refusal }) => {
          repairs.push(refusal.code);
          if (repairs.length === 1) {
            throw new Error('the owner is away');
          }
          return transport.head();
        },
      },
      transport,
    );
    await tellWidgets(maker, change(before, 1));
    await eventually('it took effect', async () => (await versionsOf(before)).length === 1);
    await asOwner(renewEpoch);
    await eventually('it was repaired', () => repairs.length === 2);
    await eventually('it follows again', () => consumer.status().state === 'following');
    await tellWidgets(maker, change(after, 1));
    await eventually('it went on', async () => (await versionsOf(after)).length === 1);
    expect(repairs).toEqual(['EPOCH_CHANGED', 'EPOCH_CHANGED']);
    expect(await versionsOf(before)).toEqual([1]);
  });

  it('does not try what was parked before a repair again: it would undo the repair', async () => {
    const id = randomUUID();
    const control = { fails: true, attempts: 0 };
    const transport = feed.createTransport();
    let isRepaired = false;
    start(
      {
        ...failingFor('bad', control),
        retryPolicy: { attempts: 1_000, firstPauseMilliseconds: 20, longestPauseMilliseconds: 20 },
        onPositionLost: async () => {
          // The handler would go through now, while the repair is under way.
          control.fails = false;
          const position = await transport.head();
          await new Promise((resolve) => setTimeout(resolve, 500));
          isRepaired = true;
          return position;
        },
      },
      transport,
    );
    await tellWidgets(maker, change(id, 1, 'bad'));
    await eventually('it was parked', async () => (await parked())[0]?.state === 'RETRYING');
    await asOwner(renewEpoch);
    await eventually('it was repaired', () => isRepaired);
    await tellWidgets(maker, change(id, 2));
    await eventually('it went on', async () => (await versionsOf(id)).includes(2));
    expect(await versionsOf(id)).toEqual([2]);
    expect((await parked()).map(({ state }) => state)).toEqual(['PARKED']);
  });

  it('does not begin behind the beginning when the first page was lost', async () => {
    const id = randomUUID();
    const transport = feed.createTransport();
    let isFirst = true;
    start(
      { name: 'unlucky' },
      {
        ...transport,
        async *follow(options) {
          for await (const page of transport.follow(options)) {
            if (!isFirst) {
              yield page;
            }
            isFirst = false;
          }
        },
      },
    );
    await tellWidgets(maker, change(id, 1));
    await eventually('the last took effect', async () => (await versionsOf(id)).length === 1);
    const { rows } = await maker.pool.query('SELECT min(sequence) AS first FROM outbox');
    const { rows: applied } = await shop.pool.query(
      `SELECT min(sequence) AS first FROM inbox WHERE consumer = 'unlucky'`,
    );
    expect(applied).toEqual(rows);
  });

  it('begins at the beginning when it has no position yet', async () => {
    const id = randomUUID();
    await tellWidgets(maker, change(id, 1));
    start({ name: 'newcomer' });
    await eventually('the last took effect', async () => (await versionsOf(id)).length === 1);
    const { rows } = await maker.pool.query('SELECT min(sequence) AS first FROM outbox');
    const { rows: applied } = await shop.pool.query('SELECT min(sequence) AS first FROM inbox');
    expect(applied).toEqual(rows);
  });
});
