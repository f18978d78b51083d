import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { runInRequest } from '../telemetry/index.js';
import { EventContractError } from './contracts.js';
import { createOutbox, type NewEvent } from './outbox.js';
import { readSettled } from './read-log.js';
import { pgTransactions } from './sql-transaction.js';
import { createModellessPrismaClient, type ModellessPrismaClient } from './test-prisma-client.js';
import { startTestServer, widgetContracts, type TestDatabase, type TestServer } from './test-fixtures.js';

let server: TestServer;
let maker: TestDatabase;
let prisma: ModellessPrismaClient;
const outbox = createOutbox({ source: 'maker', contracts: widgetContracts });

beforeAll(async () => {
  server = await startTestServer();
  maker = await server.createDatabase('maker', {
    sql: 'CREATE TABLE shelves (id uuid PRIMARY KEY, places int NOT NULL)',
    grants: 'GRANT SELECT, INSERT, UPDATE ON shelves TO :"service_role";',
  });
  prisma = createModellessPrismaClient(maker.pool, 'maker');
});
afterAll(async () => {
  await prisma.$disconnect();
  await server.stop();
});

const renamed = (version: number, id: string = randomUUID()): NewEvent => ({
  type: 'maker.widget.renamed',
  aggregate: { type: 'widget', id },
  data: { id, name: 'Ünïcode "quoted"', version },
  entities: [{ typename: 'Widget', id }],
  actor: 'someone',
  client: { ip: '192.0.2.1', userAgent: 'Browser/1.0' },
  occurredAt: new Date('2026-11-23T10:00:00.123Z'),
});
const readAll = () => readSettled(maker.pool, { source: 'maker', after: 0n, limit: 1_000 });

describe('Outbox.append', () => {
  it('tells an event whole, from a Prisma transaction, with the trace of the request', async () => {
    const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
    const event = renamed(1);
    const [appended] = await runInRequest(trace, () =>
      prisma.$transaction((transaction) => outbox.append(transaction, event)),
    );
    const { events } = await readAll();
    expect(events).toEqual([
      {
        ...event,
        id: appended?.id,
        epoch: appended?.epoch,
        sequence: appended?.sequence,
        source: 'maker',
        version: 1,
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    ]);
  });

  it('numbers many in their order, from Prisma and from pg', async () => {
    for (const run of [prisma.$transaction.bind(prisma), pgTransactions(maker.pool)] as const) {
      const id = randomUUID();
      const changes = Array.from({ length: 50 }, (_, index) => renamed(index + 1, id));
      const appended = await run((transaction) => outbox.append(transaction, ...changes));
      const { events } = await readAll();
      const told = events.filter(({ aggregate }) => aggregate.id === id);
      expect(told.map(({ data }) => (data as { version: number }).version)).toEqual(
        changes.map((_, index) => index + 1),
      );
      expect(told.map((event) => event.id)).toEqual(appended.map((event) => event.id));
    }
  });

  it('tells nothing when the transaction is rolled back', async () => {
    const before = (await readAll()).events.length;
    const failing = prisma.$transaction(async (transaction) => {
      await outbox.append(transaction, renamed(1));
      throw new Error('of the test');
    });
    await expect(failing).rejects.toThrow('of the test');
    expect((await readAll()).events).toHaveLength(before);
  });

  it.each<[string, NewEvent, RegExp]>([
    ['data that breaks the contract', { ...renamed(1), data: {} }, /breaks its contract/],
    ['a type without a contract', { ...renamed(1), type: 'maker.widget.lost' }, /no contract/],
  ])('refuses %s', async (_what, event, message) => {
    const appending = prisma.$transaction((transaction) => outbox.append(transaction, event));
    await expect(appending).rejects.toThrow(message);
    await expect(appending).rejects.toBeInstanceOf(EventContractError);
  });

  it.each<[string, NewEvent, RegExp]>([
    ['an event of another service', { ...renamed(1), type: 'shop.copy.made' }, /another service/],
    ['no aggregate', { ...renamed(1), aggregate: { type: 'widget', id: '' } }, /which aggregate/],
    [
      'more data than a log should carry',
      { ...renamed(1), data: { id: randomUUID(), name: 'x'.repeat(70_000), version: 1 } },
      /bytes/,
    ],
  ])('refuses %s', async (_what, event, message) => {
    const appending = prisma.$transaction((transaction) => outbox.append(transaction, event));
    await expect(appending).rejects.toThrow(message);
  });
});

describe('Outbox.appendWith', () => {
  /** Takes a place, as long as there is one. */
  const take = (id: string) => ({
    expressions: `changed AS (UPDATE shelves SET places = places - 1 WHERE id = $1::uuid AND places > 0 RETURNING id)`,
    values: [id],
  });
  const makeShelf = async (places: number): Promise<string> => {
    const id = randomUUID();
    await maker.pool.query(`INSERT INTO shelves VALUES ($1, $2)`, [id, places]);
    return id;
  };
  const toldOf = async (id: string) =>
    (await readAll()).events.filter(({ aggregate }) => aggregate.id === id);

  it('changes and tells, by one statement in no transaction', async () => {
    const id = await makeShelf(1);
    const appended = await outbox.appendWith(prisma, take(id), renamed(1, id));
    expect(await toldOf(id)).toMatchObject([
      { id: appended?.id, epoch: appended?.epoch, sequence: appended?.sequence },
    ]);
    const { rows } = await maker.pool.query(`SELECT places FROM shelves WHERE id = $1`, [id]);
    expect(rows).toEqual([{ places: 0 }]);
  });

  it('tells nothing when nothing was changed', async () => {
    const id = await makeShelf(0);
    expect(await outbox.appendWith(prisma, take(id), renamed(1, id))).toBeUndefined();
    expect(await toldOf(id)).toEqual([]);
  });

  it('changes nothing when the event is refused', async () => {
    const id = await makeShelf(1);
    const appending = outbox.appendWith(prisma, take(id), { ...renamed(1, id), data: {} });
    await expect(appending).rejects.toBeInstanceOf(EventContractError);
    const foreign = outbox.appendWith(prisma, take(id), { ...renamed(1, id), type: 'shop.copy.made' });
    await expect(foreign).rejects.toThrow(/another service/);
    const { rows } = await maker.pool.query(`SELECT places FROM shelves WHERE id = $1`, [id]);
    expect(rows).toEqual([{ places: 1 }]);
  });

  it('is undone with the transaction that it ran in', async () => {
    const id = await makeShelf(1);
    const failing = prisma.$transaction(async (transaction) => {
      await outbox.appendWith(transaction, take(id), renamed(1, id));
      throw new Error('of the test');
    });
    await expect(failing).rejects.toThrow('of the test');
    expect(await toldOf(id)).toEqual([]);
  });

  it('tells as often as something was changed, however many try at once', async () => {
    const id = await makeShelf(20);
    const attempts = await Promise.all(
      Array.from({ length: 40 }, () => outbox.appendWith(prisma, take(id), renamed(1, id))),
    );
    expect(attempts.filter((appended) => appended !== undefined)).toHaveLength(20);
    expect(await toldOf(id)).toHaveLength(20);
  });

  it('draws the number after the aggregate was locked', async () => {
    const id = await makeShelf(2);
    const holder = await maker.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(`UPDATE shelves SET places = places WHERE id = $1`, [id]);
      const waiting = outbox.appendWith(prisma, take(id), renamed(2, id));
      await waitForBlocked(maker.pool);
      const [before] = await prisma.$transaction((transaction) => outbox.append(transaction, renamed(1, id)));
      await holder.query('COMMIT');
      expect((await waiting)?.sequence).toBeGreaterThan(before?.sequence ?? 0n);
    } finally {
      holder.release();
    }
  });
});

/** Until a statement waits for somebody's lock. */
async function waitForBlocked(pool: TestDatabase['pool']): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`,
    );
    if (rowCount !== null && rowCount > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
