import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  startEmbeddedPostgres,
  startTemporaryPostgres,
  type TemporaryPostgres,
} from '../embedded-postgres/index.js';
import { currentRequest, runInRequest, startTrace } from '../telemetry/index.js';
import { testTelemetry } from '../testing/test-telemetry.js';
import { createDatabase, isDatabaseUnavailable, type Database } from './index.js';

let server: TemporaryPostgres;
let database: Database;
let adapter: Awaited<ReturnType<Database['adapter']['connect']>>;
let counted: () => Promise<number>;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  const telemetry = testTelemetry('test');
  counted = async () => (await telemetry.metrics.sqlStatements.get()).values[0]?.value ?? 0;
  database = createDatabase({ url: server.superuserUrl(), schema: 'public', ...telemetry });
  adapter = await database.adapter.connect();
  await database.pool.query("CREATE TABLE rows (id int PRIMARY KEY, note text CHECK (note <> ''))");
});
afterAll(async () => {
  await database.close();
  await server.stop('immediate');
});

/** Runs `work` as a request and gives how many statements it cost. */
const costOf = (work: () => Promise<unknown>): Promise<number> =>
  runInRequest(startTrace(), async () => {
    await work();
    return currentRequest()?.sqlStatements ?? -1;
  });

const query = (sql: string) => ({ sql, args: [], argTypes: [] });

describe('the pool of a database', () => {
  it('counts for each of many requests what it sent itself, however they share connections', async () => {
    const counts = Array.from({ length: 60 }, (_, index) => index % 7);
    const before = await counted();
    const costs = await Promise.all(
      counts.map((statements, index) =>
        costOf(async () => {
          for (let sent = 0; sent < statements; sent += 1) {
            if ((sent + index) % 2 === 0) {
              await database.pool.query('SELECT 1');
            } else {
              const client = await database.pool.connect();
              await client.query({ text: 'SELECT $1::int', values: [sent] });
              client.release();
            }
          }
        }),
      ),
    );
    expect(costs).toEqual(counts);
    expect((await counted()) - before).toBe(counts.reduce((sum, count) => sum + count, 0));
  });

  it('sends nothing for a request that nobody waits for any more, and takes back what it had begun', async () => {
    const before = await counted();
    await runInRequest(startTrace(), async () => {
      const request = currentRequest();
      const transaction = await adapter.startTransaction();
      await transaction.executeRaw(query("INSERT INTO rows VALUES (7, 'late')"));
      Object.assign(request ?? {}, { deadline: performance.now() });
      await expect(
        transaction.executeRaw(query("INSERT INTO rows VALUES (8, 'later')")),
      ).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
      await transaction.executeRaw(query('ROLLBACK'));
      await transaction.rollback();
      await expect(database.pool.query('SELECT 1')).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
    });
    expect((await counted()) - before).toBe(1);
    expect((await database.pool.query('SELECT * FROM rows')).rows).toEqual([]);
  });

  it('counts what Prisma’s adapter sends, and not what begins and ends a transaction', async () => {
    expect(await costOf(() => adapter.queryRaw(query('SELECT 1')))).toBe(1);
    const cost = await costOf(async () => {
      const transaction = await adapter.startTransaction('SERIALIZABLE');
      await transaction.queryRaw(query('SELECT 1'));
      await transaction.createSavepoint?.('here');
      await transaction.executeRaw(query("INSERT INTO rows VALUES (1, 'one')"));
      await transaction.rollbackToSavepoint?.('here');
      await transaction.executeRaw(query('ROLLBACK'));
      await transaction.rollback();
    });
    expect(cost).toBe(2);
    expect(await costOf(() => database.pool.query('BEGINNING').catch(() => undefined))).toBe(1);
    expect((await database.pool.query('SELECT * FROM rows')).rows).toEqual([]);
  });

  it('gives a connection back as it was, however often it was used', async () => {
    for (let use = 0; use < 50; use += 1) {
      const client = await database.pool.connect();
      client.release();
      expect(Reflect.get(client, 'query')).toBe(Reflect.get(pg.Client.prototype, 'query'));
    }
  });

  it('counts a statement that fails, and outside of requests only in total', async () => {
    const before = await counted();
    await expect(database.pool.query('SELECT nothing')).rejects.toThrow();
    expect((await counted()) - before).toBe(1);
    expect(await costOf(() => database.pool.query('SELECT nothing').catch(() => undefined))).toBe(1);
  });
});

/** What `work` rejects with. */
async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It should fail.');
}

describe('isDatabaseUnavailable, with errors of a real server', () => {
  const throughPool = (sql: string) => failureOf(() => database.pool.query(sql));
  const throughAdapter = (sql: string) => failureOf(() => adapter.queryRaw(query(sql)));
  const locked = async (sql: string, work: () => Promise<Error>): Promise<Error> => {
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query(sql);
    try {
      return await work();
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  };

  it.each<[string, string]>([
    ['a statement that takes too long', 'SET statement_timeout = 20; SELECT pg_sleep(5)'],
    ['an operator who ends the connection', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ['an operator who ends the statement', 'SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1)'],
    ['a server that has no resources', "DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"],
    ['a lost transaction', "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$"],
  ])('is true for %s', async (_case, sql) => {
    const single = await database.pool.connect();
    const error = await failureOf(() => single.query(sql));
    single.release(true);
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('is true for a lock that cannot be had, by way of the pool and of Prisma', async () => {
    for (const through of [throughPool, throughAdapter]) {
      const error = await locked('LOCK TABLE rows', () =>
        through('DO $$ BEGIN LOCK TABLE rows IN SHARE MODE NOWAIT; END $$'),
      );
      expect(isDatabaseUnavailable(error)).toBe(true);
    }
  });

  it('is true for a statement in a transaction whose connection is gone', async () => {
    const transaction = await adapter.startTransaction();
    const first = await failureOf(() =>
      transaction.queryRaw(query('SELECT pg_terminate_backend(pg_backend_pid())')),
    );
    await sleep(50);
    const second = await failureOf(() => transaction.queryRaw(query('SELECT 1')));
    await transaction.rollback();
    expect([first, second].map((error) => [error.message, isDatabaseUnavailable(error)])).toEqual([
      [expect.anything(), true],
      [expect.anything(), true],
    ]);
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    'SELECT nothing',
    'NO SQL',
    "SELECT 'x'::uuid",
    'SELECT 1/0',
    "INSERT INTO rows VALUES (7, 'a'), (7, 'b')",
    "INSERT INTO rows VALUES (8, '')",
    'INSERT INTO rows VALUES (NULL)',
  ])('is false for a mistake of the service’s own: %s', async (sql) => {
    expect(isDatabaseUnavailable(await throughPool(sql))).toBe(false);
    expect(isDatabaseUnavailable(await throughAdapter(sql))).toBe(false);
  });

  it('is true for an address where nobody listens, and false for a wrong password or database', async () => {
    const failureAt = async (url: string): Promise<Error[]> => {
      const other = createDatabase({ url, schema: 'public', ...testTelemetry('other') });
      const otherAdapter = await other.adapter.connect();
      const errors = [
        await failureOf(() => other.check()),
        await failureOf(() => otherAdapter.queryRaw(query('SELECT 1'))),
        await failureOf(() => otherAdapter.startTransaction()),
      ];
      await other.close();
      return errors;
    };
    const good = server.superuserUrl();
    for (const [url, expected] of [
      ['postgresql://nobody@127.0.0.1:1/none', true],
      ['postgresql://nobody@localhost:1/none', true],
      [good.replace(server.superuserPassword, 'wrong'), false],
      [good.replace(/\/[^/]*$/, '/absent'), false],
    ] as const) {
      expect((await failureAt(url)).map(isDatabaseUnavailable)).toEqual([expected, expected, expected]);
    }
  });

  it('looks through causes, and is false for what is no error of a database', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(
      isDatabaseUnavailable(new Error('outer', { cause: new Error('middle', { cause: refused }) })),
    ).toBe(true);
    expect(isDatabaseUnavailable(new AggregateError([new Error('other'), refused]))).toBe(true);
    // As a Prisma client gives what its adapter met.
    const cause = { originalCode: '55P03', kind: 'postgres', code: '55P03' };
    const known = Object.assign(new Error('Raw query failed.'), {
      code: 'P2010',
      meta: { driverAdapterError: { name: 'DriverAdapterError', cause } },
    });
    expect(isDatabaseUnavailable(known)).toBe(true);
    expect(isDatabaseUnavailable(Object.assign(new Error(), { code: 'P2024' }))).toBe(true);
    const round = new Error('round');
    round.cause = round;
    for (const value of [round, undefined, null, 'ECONNREFUSED', 7, {}, new Error('a bug'), { code: 57 }]) {
      expect(isDatabaseUnavailable(value)).toBe(false);
    }
  });
});

describe('a database whose server goes away and comes back', () => {
  it('fails as unavailable meanwhile, never ends the process, and recovers by itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'supergraph-database-'));
    // Root's server runs as somebody else.
    await chmod(folder, 0o755);
    const start = (port?: number) =>
      startEmbeddedPostgres({
        dataDirectory: join(folder, 'data'),
        superuserPassword: 'of the tests',
        ...(port === undefined ? {} : { port }),
      });
    let own = await start();
    const lost = createDatabase({ url: own.superuserUrl(), schema: 'public', ...testTelemetry('test') });
    try {
      // Several idle connections: each of them breaks.
      await Promise.all(Array.from({ length: 5 }, () => lost.pool.query('SELECT pg_sleep(0.05)')));
      const waiting = failureOf(() => lost.pool.query('SELECT pg_sleep(60)'));
      await sleep(100);
      process.kill(own.processId, 'SIGKILL');
      expect(isDatabaseUnavailable(await waiting)).toBe(true);
      expect(isDatabaseUnavailable(await failureOf(() => lost.check()))).toBe(true);
      await own.exited;
      own = await start(own.port);
      await lost.check();
    } finally {
      await lost.close();
      await own.stop('immediate');
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('recovers when every connection was ended and the server serves again', async () => {
    await Promise.all(Array.from({ length: 8 }, () => database.pool.query('SELECT pg_sleep(0.02)')));
    const admin = new pg.Client(server.superuserUrl());
    await admin.connect();
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    await admin.end();
    await sleep(100);
    await database.check();
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
