import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { readLogPage } from './read-log.js';
import { createSettledLog } from './settled-log.js';
import { startTestServer, type TestDatabase, type TestServer } from './test-fixtures.js';

/*
 * Sixteen writers with slow commits and rollbacks, read at the same time by the techniques that outboxes are read with.
 * What a technique does wrong in the storm by chance, the interleavings before it force.
 */

const WRITERS = 16;
const TRANSACTIONS = 120;
const AGGREGATES = 12;

/** An event as a reader saw it. */
interface Seen {
  readonly sequence: number;
  readonly aggregate: string;
  readonly version: number;
}

/** A technique of reading on from where it stood. */
interface Reader {
  readonly name: string;
  readonly seen: Seen[];
  read(): Promise<void>;
}

let server: TestServer;
let maker: TestDatabase;

beforeAll(async () => {
  server = await startTestServer();
  maker = await server.createDatabase('maker', {
    sql: `ALTER TABLE "outbox" ADD COLUMN "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
                               ADD COLUMN "xid" XID8 NOT NULL DEFAULT pg_current_xact_id();
          CREATE TABLE "widgets" ("id" TEXT PRIMARY KEY, "version" INTEGER NOT NULL DEFAULT 0);
          CREATE TABLE "early" ("note" TEXT NOT NULL);`,
    grants: `GRANT SELECT, INSERT, UPDATE ON widgets TO :"service_role"; GRANT INSERT ON early TO :"service_role";`,
  });
});
afterAll(() => server.stop());

const COLUMNS = `sequence::int AS sequence, aggregate_id AS aggregate, (data ->> 'version')::int AS version`;

function byLastSequence(name: string, condition: string): Reader {
  const seen: Seen[] = [];
  let last = 0;
  return {
    name,
    seen,
    async read() {
      const { rows } = await maker.pool.query<Seen>(
        `SELECT ${COLUMNS} FROM outbox WHERE sequence > $1 AND ${condition} ORDER BY sequence`,
        [last],
      );
      seen.push(...rows);
      last = rows.at(-1)?.sequence ?? last;
    },
  };
}

function byCreatedAt(): Reader {
  const seen: Seen[] = [];
  let last = ['-infinity', 0] as readonly [string, number];
  return {
    name: 'order by created_at',
    seen,
    async read() {
      const { rows } = await maker.pool.query<Seen & { readonly place: string }>(
        `SELECT ${COLUMNS}, created_at::text AS place FROM outbox
          WHERE (created_at, sequence) > ($1::timestamptz, $2) ORDER BY created_at, outbox.sequence`,
        [...last],
      );
      seen.push(...rows);
      const end = rows.at(-1);
      last = end === undefined ? last : [end.place, end.sequence];
    },
  };
}

function byTransactionId(): Reader {
  const seen: Seen[] = [];
  let last = ['0', 0] as readonly [string, number];
  return {
    name: '(xid, sequence) below xmin',
    seen,
    async read() {
      const { rows } = await maker.pool.query<Seen & { readonly place: string }>(
        `SELECT ${COLUMNS}, xid::text AS place FROM outbox
          WHERE (xid, sequence) > ($1::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
          ORDER BY xid, outbox.sequence`,
        [...last],
      );
      seen.push(...rows);
      const end = rows.at(-1);
      last = end === undefined ? last : [end.place, end.sequence];
    },
  };
}

function bySettledWatermark(): Reader {
  const seen: Seen[] = [];
  const log = createSettledLog({ pool: maker.pool });
  let last = 0n;
  return {
    name: 'settled watermark',
    seen,
    async read() {
      const through = await log.look();
      for (let isFull = true; isFull;) {
        const page = await readLogPage(maker.pool, { source: 'maker', after: last, through, limit: 200 });
        for (const { sequence, aggregate, data } of page.events) {
          const { version } = data as { version: number };
          seen.push({ sequence: Number(sequence), aggregate: aggregate.id, version });
        }
        last = page.last?.sequence ?? last;
        isFull = page.isFull;
      }
    },
  };
}

/** The change of an aggregate and its event, as a service writes them: the aggregate's row is locked first. */
async function change(client: pg.PoolClient, aggregate: string): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `INSERT INTO widgets (id, version) VALUES ($1, 1)
     ON CONFLICT (id) DO UPDATE SET version = widgets.version + 1 RETURNING version`,
    [aggregate],
  );
  await client.query(
    `INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities)
     VALUES (gen_random_uuid(), 'maker.widget.renamed', 1, 'widget', $1, jsonb_build_object('version', $2::int), '[]')`,
    [aggregate, rows[0]?.version],
  );
}

const drawTransactionId = (client: pg.PoolClient): Promise<unknown> =>
  client.query(`INSERT INTO early VALUES ('draws the transaction id')`);

/** Forces what each technique does wrong. */
async function forceInterleavings(readers: ReadonlyArray<Reader>): Promise<void> {
  const [first, second] = [await maker.pool.connect(), await maker.pool.connect()];
  const readAll = async (): Promise<void> => {
    for (const reader of readers) {
      await reader.read();
    }
  };
  try {
    // The lower number, and the earlier moment, commit after the higher ones were read.
    await first.query('BEGIN');
    await change(first, 'late');
    await second.query('BEGIN');
    await change(second, 'soon');
    await second.query('COMMIT');
    await readAll();
    await first.query('COMMIT');
    await readAll();

    // The lower number belongs to the younger transaction, so the older one's event is below xmin before it.
    await first.query('BEGIN');
    await drawTransactionId(first);
    await second.query('BEGIN');
    await drawTransactionId(second);
    await change(second, 'younger');
    await change(first, 'older');
    await first.query('COMMIT');
    await readAll();
    await second.query('COMMIT');
    await readAll();

    // The transaction that began first, and drew its id first, changes the aggregate second.
    await first.query('BEGIN');
    await drawTransactionId(first);
    await second.query('BEGIN');
    await change(second, 'inverted');
    await second.query('COMMIT');
    await change(first, 'inverted');
    await first.query('COMMIT');
    await readAll();
  } finally {
    first.release();
    second.release();
  }
}

async function write(writer: number): Promise<void> {
  const client = await maker.pool.connect();
  try {
    for (let count = 0; count < TRANSACTIONS; count += 1) {
      await client.query('BEGIN');
      if (Math.random() < 0.3) {
        await drawTransactionId(client);
        await sleep(Math.random() * 4);
      }
      await change(client, String((writer * 7 + count) % AGGREGATES));
      if (Math.random() < 0.2) {
        await sleep(Math.random() * 12);
      }
      await client.query(Math.random() < 0.15 ? 'ROLLBACK' : 'COMMIT');
    }
  } finally {
    client.release();
  }
}

/** How often an aggregate's event came after a later one of it. */
function countInversions(seen: ReadonlyArray<Seen>): number {
  const highest = new Map<string, number>();
  let inversions = 0;
  for (const { aggregate, version } of seen) {
    const before = highest.get(aggregate) ?? 0;
    inversions += version < before ? 1 : 0;
    highest.set(aggregate, Math.max(before, version));
  }
  return inversions;
}

describe('reading an outbox under concurrent writers', () => {
  it('loses nothing and inverts nothing by the settled watermark, and does by every other technique', async () => {
    const settled = bySettledWatermark();
    const others = {
      sequence: byLastSequence('sequence > last', 'true'),
      createdAt: byCreatedAt(),
      belowXmin: byLastSequence(
        'sequence > last below xmin',
        'xid < pg_snapshot_xmin(pg_current_snapshot())',
      ),
      transactionId: byTransactionId(),
    };
    const readers = [...Object.values(others), settled];
    await forceInterleavings(readers);

    let isWriting = true;
    const reading = readers.map(async (reader) => {
      while (isWriting) {
        await reader.read();
        await sleep(2);
      }
      await reader.read();
    });
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    isWriting = false;
    await Promise.all(reading);

    const { rows } = await maker.pool.query<{ sequence: number }>(
      'SELECT sequence::int AS sequence FROM outbox',
    );
    const table = readers.map(({ name, seen }) => {
      const sequences = new Set(seen.map(({ sequence }) => sequence));
      return {
        technique: name,
        missed: rows.filter(({ sequence }) => !sequences.has(sequence)).length,
        twice: seen.length - sequences.size,
        inversions: countInversions(seen),
      };
    });
    if (process.env['TEST_LOG_LEVEL'] === 'debug') {
      process.stdout.write(`${rows.length} events\n${JSON.stringify(table, null, 2)}\n`);
    }
    const [sequence, createdAt, belowXmin, transactionId, ours] = table;
    expect(ours).toEqual({ technique: 'settled watermark', missed: 0, twice: 0, inversions: 0 });
    expect(sequence?.missed).toBeGreaterThan(0);
    expect(createdAt?.missed).toBeGreaterThan(0);
    expect(createdAt?.inversions).toBeGreaterThan(0);
    expect(belowXmin?.missed).toBeGreaterThan(0);
    expect(transactionId).toMatchObject({ missed: 0 });
    expect(transactionId?.inversions).toBeGreaterThan(0);
  });
});
