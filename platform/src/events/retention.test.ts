import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { formatPosition } from './position.js';
import { pruneInbox, pruneOutbox } from './retention.js';
import { startTestFeed, type TestFeed } from './test-feed.js';
import { startTestServer, tellWidgets, type TestDatabase, type TestServer } from './test-fixtures.js';
import type { EventTransport, FollowOptions } from './transport.js';

let server: TestServer;
let maker: TestDatabase;
let feed: TestFeed;
let transport: EventTransport;
const HOUR = 3_600_000;
const policy = { keepMilliseconds: HOUR, awayMilliseconds: 24 * HOUR, expectedConsumers: ['shop/copies'] };

beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  maker = await server.createDatabase(`maker_${randomUUID().slice(0, 8)}`);
  feed = await startTestFeed(maker);
  transport = feed.createTransport();
});
afterEach(async () => {
  await transport.close();
  await feed.stop();
});
afterAll(() => server.stop());

/** Tells some events, the first of them hours ago. */
async function tell(count: number, old: number): Promise<void> {
  const id = randomUUID();
  const versions = Array.from({ length: count }, (_, index) => index + 1);
  await tellWidgets(maker, ...versions.map((version) => ({ id, version })));
  await setMoments(`UPDATE outbox SET occurred_at = now() - interval '5 hours' WHERE sequence <= ${old}`);
}
/** Nobody but a test makes events older than they are. */
async function setMoments(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: maker.superuserUrl });
  await client.connect();
  await client.query(`SET search_path = ${maker.schema}`);
  await client.query(statement);
  await client.end();
}
const sequences = async (): Promise<ReadonlyArray<number>> =>
  (
    await maker.pool.query<{ sequence: number }>('SELECT sequence::int AS sequence FROM outbox ORDER BY 1')
  ).rows.map(({ sequence }) => sequence);
/** Reads the first page and tells the source so, as a consumer does with its next question. */
async function readUpTo(sequence: number, consumer = 'copies'): Promise<void> {
  const { rows } = await maker.pool.query<{ epoch: string; event_id: string }>(
    'SELECT epoch, event_id FROM outbox, outbox_epoch WHERE sequence = $1',
    [sequence],
  );
  const position = {
    epoch: rows[0]?.epoch as string,
    sequence: BigInt(sequence),
    eventId: rows[0]?.event_id as string,
  };
  await firstPage({ after: position, consumer });
}
async function firstPage(options: Partial<FollowOptions>): Promise<number> {
  const ending = new AbortController();
  for await (const page of transport.follow({ after: 'start', ...options, signal: ending.signal })) {
    ending.abort();
    return page.events.length;
  }
  return 0;
}

describe('pruneOutbox', () => {
  it('removes what is old and read by all, and keeps the place of the slowest', async () => {
    await tell(10, 8);
    await readUpTo(6);
    await readUpTo(9, 'audit');
    expect(await pruneOutbox(maker.pool, policy)).toEqual({ removed: 5, away: [] });
    expect(await sequences()).toEqual([6, 7, 8, 9, 10]);
    await readUpTo(6);
    await readUpTo(10);
    expect((await pruneOutbox(maker.pool, policy)).removed).toBe(3);
    // 9 is the place of the slowest, and both are young.
    expect(await sequences()).toEqual([9, 10]);
  });

  it('removes nothing while an expected consumer never came, and says who', async () => {
    await tell(10, 10);
    await readUpTo(9, 'audit');
    expect(await pruneOutbox(maker.pool, policy)).toEqual({
      removed: 0,
      away: [{ name: 'shop/copies', seenAt: null, behind: 10n }],
    });
    expect(await sequences()).toHaveLength(10);
  });

  it('reports a consumer that stays away, and keeps what it has not read', async () => {
    await tell(10, 10);
    await readUpTo(3);
    await readUpTo(9, 'audit');
    await setMoments(
      `UPDATE outbox_consumers SET seen_at = now() - interval '3 days' WHERE name = 'shop/copies'`,
    );
    const { away } = await pruneOutbox(maker.pool, policy);
    expect(away).toMatchObject([{ name: 'shop/copies', behind: 7n, seenAt: expect.any(Date) }]);
    expect((await sequences())[0]).toBe(3);
    expect(await firstPage({ after: 'tail' })).toBe(0);
    await readUpTo(3);
  });

  it('refuses whoever would skip what was removed', async () => {
    await tell(10, 10);
    const { rows } = await maker.pool.query(
      'SELECT epoch, event_id FROM outbox, outbox_epoch WHERE sequence = 2',
    );
    await readUpTo(8);
    await pruneOutbox(maker.pool, policy);
    await expect(firstPage({ after: 'start' })).rejects.toMatchObject({ code: 'POSITION_PRUNED' });
    const position = { epoch: rows[0].epoch, sequence: 2n, eventId: rows[0].event_id };
    expect(formatPosition(position)).toMatch(/^[\w-]+$/);
    await expect(firstPage({ after: position })).rejects.toMatchObject({ code: 'POSITION_PRUNED' });
  });
});

describe('pruneInbox', () => {
  it('removes notes older than the time', async () => {
    await maker.pool.query(
      `INSERT INTO inbox (consumer, source, event_id, sequence, applied_at)
       SELECT 'a', 'b', gen_random_uuid(), n, now() - n * interval '1 hour' FROM generate_series(0, 9) AS n`,
    );
    expect(await pruneInbox(maker.pool, 4.5 * HOUR)).toBe(5);
    expect((await maker.pool.query('SELECT 1 FROM inbox')).rowCount).toBe(5);
  });
});
