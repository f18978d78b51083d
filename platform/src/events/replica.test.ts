import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CALLER_HEADER, createCallerVerifier, SECRET_HEADER } from '../identity/index.js';
import { testTelemetry } from '../testing/test-telemetry.js';
import type { Consumer } from './consumer.js';
import { createEventFeed, type EventFeed } from './feed-server.js';
import { createHttpTransport } from './http-transport.js';
import { appendEvents } from './outbox.js';
import { createReplicaClient, type ReplicaClient } from './replica-client.js';
import { compareReplica, ReplicaBehindError } from './replica-check.js';
import { rebuildReplica, repairReplica } from './replica-repair.js';
import { createReplicaSource } from './replica-source.js';
import type { Replica } from './replica.js';
import { pgTransactions } from './sql-transaction.js';
import {
  eventually,
  startTestServer,
  widgetContracts,
  type TestDatabase,
  type TestServer,
} from './test-fixtures.js';
import { createShopConsumer } from './test-shop.js';
import type { EventTransport } from './transport.js';

const SECRET = 'the-secret-of-shop-and-maker-in-tests';
const { logger } = testTelemetry('maker');

let server: TestServer;
let maker: TestDatabase;
let shop: TestDatabase;
let http: Server;
let url: string;
let feed: EventFeed;
let client: ReplicaClient;
let replica: Replica;
let transport: EventTransport;
let consumer: Consumer;

beforeAll(async () => {
  server = await startTestServer();
  maker = await server.createDatabase('maker', {
    sql: `CREATE TYPE "Colour" AS ENUM ('RED', 'BLUE');
          CREATE TABLE "widgets" ("id" UUID PRIMARY KEY, "title" TEXT NOT NULL, "colour" "Colour", "version" INTEGER NOT NULL);
          CREATE TABLE "entries" ("number" BIGINT PRIMARY KEY, "amount" NUMERIC(19, 4), "at" TIMESTAMPTZ NOT NULL);`,
    grants: 'GRANT SELECT, INSERT, UPDATE, DELETE ON widgets, entries TO :"service_role";',
  });
  // The replica has another order of columns, other names, and an enumeration of its own.
  shop = await server.createDatabase('shop', {
    sql: `CREATE TYPE "Paint" AS ENUM ('BLUE', 'RED');
          CREATE TABLE "copies" ("version" INTEGER NOT NULL, "name" TEXT NOT NULL, "id" UUID PRIMARY KEY, "paint" "Paint", "as_of" TIMESTAMPTZ);
          CREATE TABLE "effects" ("number" BIGSERIAL PRIMARY KEY, "event_id" UUID NOT NULL, "aggregate" TEXT NOT NULL, "version" INTEGER NOT NULL);
          CREATE TABLE "gone" ("copy_id" UUID PRIMARY KEY);
          CREATE TABLE "lines" ("at" TIMESTAMPTZ NOT NULL, "amount" NUMERIC(19, 4), "number" BIGINT PRIMARY KEY);`,
    grants: `GRANT SELECT, INSERT, UPDATE, DELETE ON copies, effects, gone, lines TO :"service_role";
             GRANT USAGE ON SEQUENCE effects_number_seq TO :"service_role";`,
  });
  const verifyCaller = createCallerVerifier(
    new Map([
      ['shop', SECRET],
      ['router', `${SECRET}-2`],
    ]),
  );
  const source = createReplicaSource({
    source: 'maker',
    name: 'widgets',
    pool: maker.pool,
    verifyCaller,
    readers: { shop: ['name', 'colour', 'version'] },
    logger,
    table: 'widgets',
    key: 'id',
    keyType: 'uuid',
    columns: { name: 'title', colour: 'colour', version: 'version', secret: 'title' },
  });
  feed = createEventFeed({
    source: 'maker',
    pool: maker.pool,
    verifyCaller,
    logger,
    heartbeatMilliseconds: 50,
    idleMilliseconds: 10,
  });
  const entries = createReplicaSource({
    source: 'maker',
    name: 'entries',
    pool: maker.pool,
    verifyCaller,
    readers: { shop: ['amount', 'at'] },
    logger,
    table: '(SELECT number, amount, at FROM entries WHERE number <> 13)',
    key: 'number',
    keyType: 'bigint',
    columns: { amount: 'amount', at: 'at' },
  });
  const mounted = [source, entries];
  http = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    (mounted.find(({ paths }) => paths.includes(path)) ?? feed).handle(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  feed.stop();
  http.close();
  http.closeAllConnections();
  await server.stop();
});
beforeEach(async () => {
  await maker.pool.query('DELETE FROM widgets');
  await shop.pool.query('DELETE FROM copies');
  client = createReplicaClient({
    source: 'maker',
    name: 'widgets',
    urls: [`${url}/events`],
    caller: 'shop',
    secret: SECRET,
  });
  replica = {
    client,
    pool: shop.pool,
    table: 'copies',
    key: 'id',
    keyType: 'uuid',
    columns: { name: 'name', colour: 'paint', version: 'version' },
    stamps: { as_of: 'now()' },
    consumer: 'copies',
    tombstones: { table: 'gone', key: 'copy_id' },
  };
  transport = createHttpTransport({
    source: 'maker',
    urls: [`${url}/events`],
    caller: 'shop',
    secret: SECRET,
    logger,
  });
  consumer = createShopConsumer(shop, transport, { handlers: { 'maker.widget.renamed': keepIfNewer } });
});
afterEach(async () => {
  await consumer.stop();
  await transport.close();
  await client.close();
});

const keepIfNewer = async (
  { data }: { readonly data: unknown },
  transaction: { $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown> },
) => {
  const { id, name, version } = data as { id: string; name: string; version: number };
  await transaction.$queryRawUnsafe(
    `INSERT INTO copies (id, name, paint, version) VALUES ($1::uuid, $2, 'RED', $3::int)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version WHERE copies.version < excluded.version`,
    id,
    name,
    version,
  );
};

/** Changes a widget and tells it. */
const rename = (id: string, name: string): Promise<void> =>
  pgTransactions(maker.pool)(async (transaction) => {
    const { rows } = await transaction.client.query<{ version: number }>(
      `INSERT INTO widgets VALUES ($1, $2, 'RED', 1)
       ON CONFLICT (id) DO UPDATE SET title = excluded.title, version = widgets.version + 1 RETURNING version`,
      [id, name],
    );
    const data = { id, name, version: rows[0]?.version };
    await appendEvents(transaction, widgetContracts, [
      { type: 'maker.widget.renamed', aggregate: { type: 'widget', id }, data },
    ]);
    feed.touch();
  });
const makeMany = (count: number) =>
  maker.pool.query(
    `INSERT INTO widgets SELECT gen_random_uuid(), 'widget "' || n || '" ü', (ARRAY['RED', 'BLUE', NULL])[n % 3 + 1]::"Colour", n
       FROM generate_series(1, $1::int) n`,
    [count],
  );
const contents = async () => [
  (await maker.pool.query('SELECT id, title, colour::text, version FROM widgets ORDER BY id')).rows.map(
    Object.values,
  ),
  (await shop.pool.query('SELECT id, name, paint::text, version FROM copies ORDER BY id')).rows.map(
    Object.values,
  ),
];

describe('rebuildReplica', () => {
  it.each([0, 1, 5_000, 5_001])('takes over %d rows that no event ever told', async (count) => {
    await makeMany(count);
    await shop.pool.query(`INSERT INTO copies VALUES (1, 'a stray', $1, NULL)`, [randomUUID()]);
    expect(await rebuildReplica(replica)).toEqual({ written: count, deleted: 1 });
    const [owners, own] = await contents();
    expect(own).toEqual(owners);
    expect(await rebuildReplica(replica)).toEqual({ written: 0, deleted: 0 });
    expect((await compareReplica(replica)).rows).toBe(count);
  });

  it('begins a consumer that never ran, so that it goes on from there', async () => {
    await shop.pool.query('DELETE FROM consumer_positions').catch(() => undefined);
    const id = randomUUID();
    await rename(id, 'first');
    await rebuildReplica(replica);
    await rename(id, 'second');
    consumer.start();
    await eventually('the second name arrives', async () => {
      const { rows } = await shop.pool.query<{ name: string }>('SELECT name FROM copies WHERE id = $1', [id]);
      return rows[0]?.name === 'second';
    });
  });
});

describe('compareReplica and repairReplica', () => {
  it('names every row that was broken by hand, and repairs those alone', async () => {
    await makeMany(3_000);
    await rebuildReplica(replica);
    consumer.start();
    const { rows: ids } = await shop.pool.query<{ id: string }>('SELECT id FROM copies ORDER BY id');
    const [first, middle, last] = [ids[0]?.id, ids[1_500]?.id, ids[2_999]?.id] as [string, string, string];
    const stray = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
    await shop.pool.query('DELETE FROM copies WHERE id = $1', [first]);
    await shop.pool.query(`UPDATE copies SET name = 'another', paint = NULL WHERE id = $1`, [middle]);
    await shop.pool.query('UPDATE copies SET version = 99999 WHERE id = $1', [last]);
    await shop.pool.query(`INSERT INTO copies VALUES (1, 'a stray', $1, NULL)`, [stray]);
    const paint = (await maker.pool.query('SELECT colour FROM widgets WHERE id = $1', [middle])).rows[0]
      .colour;
    const { differences, isComplete, rows } = await compareReplica(replica);
    expect({ isComplete, rows }).toEqual({ isComplete: true, rows: 3_000 });
    expect(differences).toEqual([
      { key: first, kind: 'missing', columns: [] },
      { key: middle, kind: 'different', columns: paint === null ? ['name'] : ['name', 'colour'] },
      { key: last, kind: 'different', columns: ['version'] },
      { key: stray, kind: 'extra', columns: [] },
    ]);
    expect(await compareReplica(replica, { maximum: 2 })).toMatchObject({ isComplete: false });
    expect(await repairReplica(replica, differences)).toEqual({ written: 3, deleted: 1 });
    expect((await compareReplica(replica)).differences).toEqual([]);
    const [owners, own] = await contents();
    expect(own).toEqual(owners);
  });

  it('repairs all that differs when it is not told what, as after a restore of the owner', async () => {
    await makeMany(2_500);
    await rebuildReplica(replica);
    await maker.pool.query(
      `UPDATE widgets SET title = 'before the restore', version = 1 WHERE version % 500 = 0`,
    );
    expect(await repairReplica(replica)).toEqual({ written: 5, deleted: 0 });
    const [owners, own] = await contents();
    expect(own).toEqual(owners);
  });

  it('calls nothing wrong that is only late, finds the one that is wrong, and overwrites nothing that is newer', async () => {
    const ids = Array.from({ length: 300 }, () => randomUUID());
    for (const id of ids) {
      await rename(id, 'made');
    }
    await rebuildReplica(replica);
    consumer.start();
    let writing = true;
    const writer = (async () => {
      for (let turn = 0; writing; turn += 1) {
        await rename(ids[turn % 299] as string, `turn ${turn}`);
        // As fast as it can it would be faster than any consumer of one event at a time.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    try {
      for (let round = 0; round < 3; round += 1) {
        await shop.pool.query(`UPDATE copies SET name = 'broken' WHERE id = $1`, [ids[299]]);
        const { differences } = await compareReplica(replica, { waitMilliseconds: 60_000 });
        expect(differences).toEqual([{ key: ids[299], kind: 'different', columns: ['name'] }]);
        await repairReplica(replica, [...differences, ...ids.slice(0, 50).map((key) => ({ key }))]);
        await rebuildReplica(replica);
      }
    } finally {
      writing = false;
      await writer;
    }
    expect((await compareReplica(replica, { waitMilliseconds: 60_000 })).differences).toEqual([]);
  });

  it('writes nothing that an event overtook between its reading and its writing', async () => {
    const id = randomUUID();
    await rename(id, 'older');
    await rebuildReplica(replica);
    consumer.start();
    const nameKept = async () =>
      (await shop.pool.query<{ name: string }>('SELECT name FROM copies WHERE id = $1', [id])).rows[0]?.name;
    const slow: ReplicaClient = {
      ...client,
      async readKeys(columns, keys) {
        const page = await client.readKeys(columns, keys);
        await rename(id, 'newer');
        // As long as an event takes that nothing holds up, and longer.
        for (let turn = 0; turn < 50 && (await nameKept()) !== 'newer'; turn += 1) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return page;
      },
    };
    await shop.pool.query(`UPDATE copies SET name = 'broken' WHERE id = $1`, [id]);
    await repairReplica({ ...replica, client: slow }, [{ key: id }]);
    await eventually('the newer name arrives', async () => (await nameKept()) === 'newer');
    expect((await compareReplica(replica)).differences).toEqual([]);
  });

  it('says so when rows differ and the consumer does not follow', async () => {
    await rename(randomUUID(), 'late');
    await rebuildReplica(replica);
    await rename(randomUUID(), 'not heard');
    await expect(compareReplica(replica, { waitMilliseconds: 50 })).rejects.toThrow(ReplicaBehindError);
  });

  it('takes keys that are numbers, amounts and times, whatever time zone a side is in', async () => {
    await maker.pool.query(
      `INSERT INTO entries SELECT n, n / 7.0, timestamptz '2026-03-29 00:30:00.123Z' + n * interval '1 hour'
         FROM generate_series(-5, 1500) n`,
    );
    const entries: Replica = {
      client: createReplicaClient({
        source: 'maker',
        name: 'entries',
        urls: [url],
        caller: 'shop',
        secret: SECRET,
      }),
      pool: shop.pool,
      table: 'lines',
      key: 'number',
      keyType: 'bigint',
      columns: { amount: 'amount', at: 'at' },
      consumer: 'lines',
    };
    try {
      await shop.pool.query(`ALTER ROLE CURRENT_USER SET TimeZone TO 'Europe/Berlin'`);
      expect(await rebuildReplica(entries)).toEqual({ written: 1_505, deleted: 0 });
      expect(await compareReplica(entries)).toEqual({ rows: 1_505, differences: [], isComplete: true });
      await shop.pool.query(`UPDATE lines SET amount = amount + 0.0001 WHERE number IN (-5, 1500)`);
      expect(await repairReplica(entries)).toEqual({ written: 2, deleted: 0 });
      expect((await compareReplica(entries)).differences).toEqual([]);
    } finally {
      await shop.pool.query('ALTER ROLE CURRENT_USER RESET TimeZone');
      await entries.client.close();
    }
  });

  it('brings nobody back who has a tombstone', async () => {
    await makeMany(3);
    const { rows } = await maker.pool.query<{ id: string }>('SELECT id FROM widgets ORDER BY id');
    const gone = rows[1]?.id as string;
    await shop.pool.query('INSERT INTO gone VALUES ($1)', [gone]);
    expect(await rebuildReplica(replica)).toEqual({ written: 2, deleted: 0 });
    expect(await repairReplica(replica, [{ key: gone }])).toEqual({ written: 0, deleted: 0 });
    expect((await compareReplica(replica)).differences).toEqual([]);
    expect((await contents())[1]).toHaveLength(2);
  });
});

describe('createReplicaSource', () => {
  const ask = (path: string, caller = 'shop', secret = SECRET) =>
    fetch(`${url}${path}`, { headers: { [CALLER_HEADER]: caller, [SECRET_HEADER]: secret } });

  it.each([
    ['shop', 'a wrong secret that is long enough!!'],
    ['router', `${SECRET}-2`],
    ['', ''],
  ])('refuses %j, who keeps no replica or does not prove it', async (caller, secret) => {
    const response = await ask('/replicas/widgets/rows?columns=name', caller, secret);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'CALLER_REFUSED' } });
  });

  it.each([
    '',
    'columns=title',
    'columns=secret',
    'columns=name;DROP',
    'columns=toString',
    'columns=name&after=1',
    `columns=name&keys=${"'"}`,
    'columns=name&limit=0',
    'columns=name&limit=1000000',
    'columns=name&unknown=1',
  ])('refuses the request %j in plain words', async (query) => {
    const response = await ask(`/replicas/widgets/rows?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  });

  it('gives positions between which it was read: nothing that was told before, everything after', async () => {
    const id = randomUUID();
    await rename(id, 'one');
    const { from, through, rows } = await client.readKeys(['name', 'version'], [id]);
    expect(rows).toEqual([[id, 'one', '1']]);
    expect(from).toEqual(through);
    expect(from).toEqual(await transport.head());
  });
});
