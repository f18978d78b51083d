import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import { readPage } from '@supergraph/platform/paging';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { PrismaClient } from '../generated/prisma/client.js';
import { createPaymentPageStore, type PaymentPageStore } from './payment-pages.js';

/** A user with a long history on both sides. */
const BUSY = randomUUID();
const statements: { query: string; params: string }[] = [];
let server: ServiceDatabase;
let database: Database;
let store: PaymentPageStore;

beforeAll(async () => {
  server = await startServiceDatabase('payments', fileURLToPath(new URL('../..', import.meta.url)));
  await server.query(
    `INSERT INTO payments (id, user_id, recipient_id, amount, currency, idempotency_key, created_at)
     SELECT gen_random_uuid(), CASE WHEN n % 3 = 0 THEN $1 ELSE gen_random_uuid() END,
            CASE WHEN n % 3 = 1 THEN $1 END, 1, 'EUR', n::text, now() - n * interval '1 second'
     FROM generate_series(1, 20000) AS n`,
    [BUSY],
  );
  await server.query('ANALYZE payments');
  database = createDatabase({ url: server.serviceUrl, schema: 'payments', ...testTelemetry('payments') });
  const prisma = new PrismaClient({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] });
  prisma.$on('query', (statement) => statements.push(statement));
  store = createPaymentPageStore(prisma);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: ReadonlyArray<Plan>;
}

/** Runs what the store ran last again, and gives how its table was read. */
const scansOfLastStatement = async (): Promise<ReadonlyArray<Plan>> => {
  const { query, params } = statements.at(-1) as { query: string; params: string };
  const [row] = await server.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${query}`,
    JSON.parse(params) as unknown[],
  );
  const scans = (plan: Plan): Plan[] => [
    ...(plan['Relation Name'] === 'payments' ? [plan] : []),
    ...(plan.Plans ?? []).flatMap(scans),
  ];
  return row === undefined ? [] : scans(row['QUERY PLAN'][0].Plan);
};

describe('the pages of payments', () => {
  it.each([{ first: 10 }, { last: 10 }])(
    'reads one user’s page %j by two indexes, and no more than it needs',
    async (args) => {
      const rows = await store.listOfUsers([BUSY], readPage('payments', args), {});
      expect(rows.get(BUSY)).toHaveLength(11);
      const scans = await scansOfLastStatement();
      expect(scans.map((scan) => scan['Node Type'])).toEqual(['Index Scan', 'Index Scan']);
      const read = scans.reduce((total, scan) => total + scan['Actual Rows'] * scan['Actual Loops'], 0);
      expect(read).toBeLessThanOrEqual(22);
    },
  );

  it('reads the page of everybody by the index on time', async () => {
    expect(await store.listAll(readPage('payments', { first: 10 }), {}, 'NEWEST_FIRST')).toHaveLength(11);
    const scans = await scansOfLastStatement();
    expect(scans.map((scan) => [scan['Node Type'], scan['Actual Rows']])).toEqual([['Index Scan', 11]]);
  });

  it('finds a rare status and a rare currency without reading the rest', async () => {
    await server.query(`UPDATE payments SET currency = 'KWD' WHERE idempotency_key = '19999'`);
    for (const filter of [{ statuses: ['REFUNDED' as const] }, { currency: 'KWD' }]) {
      await store.listAll(readPage('payments', { first: 10 }), filter, 'NEWEST_FIRST');
      const scans = await scansOfLastStatement();
      const read = scans.reduce((total, scan) => total + scan['Actual Rows'] * scan['Actual Loops'], 0);
      expect(scans.map((scan) => scan['Node Type'])).toEqual(['Index Scan']);
      expect(read).toBeLessThanOrEqual(1);
    }
  });
});
