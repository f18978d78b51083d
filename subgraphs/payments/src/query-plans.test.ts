import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import { createOutbox } from '@supergraph/platform/events';
import { encodeCursor, readPage, type PageArguments } from '@supergraph/platform/paging';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { contracts } from './events/contracts.js';
import { PrismaClient, type Prisma } from './generated/prisma/client.js';
import { sumPaidSince } from './store/daily-sums.js';
import { createStore, type Store } from './store/index.js';
import type { PaymentFilter } from './store/payment-conditions.js';
import type { PaymentOrder } from './store/payment-pages.js';

/** With fewer rows the planner would rather read a whole table, and be right. */
const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const [USERS, PAYMENTS] = isFull ? [100_000, 1_000_000] : [5_000, 50_000];
/** The tables that grow with the service. */
const LARGE = [
  ...['payments', 'payers', 'payment_transitions', 'refunds', 'idempotency_keys', 'ledger_entries'],
  'recurring_payments',
];
/** What an id looks like in the generated data. */
const userId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const BUSY = userId(1);

const statements: { query: string; params: string }[] = [];
let server: ServiceDatabase;
let database: Database;
let prisma: Prisma.TransactionClient;
let store: Store;

beforeAll(async () => {
  server = await startServiceDatabase('payments', fileURLToPath(new URL('..', import.meta.url)));
  await server.query(
    `INSERT INTO payers (id, name, email, status, version)
     SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
            initcap(substr(md5(n::text), 1, 6)) || ' ' || initcap(substr(md5('s' || n), 1, 8)),
            md5(n::text) || '@example.com', 'ACTIVE', 1
     FROM generate_series(1, ${USERS}) AS n`,
  );
  // A hundredth of all payments is of one user; types, statuses and currencies are rare and common.
  await server.query(
    `INSERT INTO payments (id, user_id, recipient_id, amount, currency, status, type, scheduled_for,
                           idempotency_key, created_at, process_after)
     SELECT gen_random_uuid(),
            ('00000000-0000-4000-8000-' || lpad((CASE WHEN n % 100 = 0 THEN 1 ELSE 1 + (n * 7919::bigint) % ${USERS} END)::text, 12, '0'))::uuid,
            ('00000000-0000-4000-8000-' || lpad((1 + (n * 104729::bigint) % ${USERS})::text, 12, '0'))::uuid,
            1 + n % 100, (ARRAY['EUR', 'EUR', 'EUR', 'USD', 'USD', 'JPY'])[1 + n % 6],
            (CASE WHEN n % 1000 = 0 THEN 'FAILED' WHEN n % 10 = 0 THEN 'PENDING' ELSE 'COMPLETED' END)::"PaymentStatus",
            (CASE WHEN n % 500 = 0 THEN 'SCHEDULED' ELSE 'INSTANT' END)::"PaymentType",
            CASE WHEN n % 500 = 0 THEN now() END, n::text, now() - n * interval '30 seconds',
            CASE WHEN n % 5000 = 10 THEN now() END
     FROM generate_series(1, ${PAYMENTS}) AS n`,
  );
  await server.query(
    `INSERT INTO payment_transitions (id, payment_id, to_status)
     SELECT gen_random_uuid(), id, 'PENDING' FROM payments WHERE amount < 10`,
  );
  await server.query(
    `INSERT INTO idempotency_keys (id, user_id, key, request_hash, payment_id)
     SELECT gen_random_uuid(), user_id, idempotency_key, '', id FROM payments WHERE type = 'INSTANT' AND amount < 10`,
  );
  await server.query(
    `INSERT INTO refunds (id, payment_id, amount, status, settled_at, requested_by, idempotency_key, request_hash)
     SELECT gen_random_uuid(), id, 1, 'COMPLETED', now(), recipient_id, idempotency_key, ''
     FROM payments WHERE status = 'COMPLETED' AND amount < 10`,
  );
  // One in a hundred is of one user, and one in a hundred is due.
  await server.query(
    `INSERT INTO recurring_payments (id, user_id, recipient_id, amount, currency, unit, every, first_due_at, status,
       status_reason, ended_at, next_occurrence, next_due_at, process_after, idempotency_key, request_hash, created_at)
     SELECT gen_random_uuid(),
       ('00000000-0000-4000-8000-' || lpad((CASE WHEN n % 100 = 0 THEN 1 ELSE 1 + (n * 7919::bigint) % ${USERS} END)::text, 12, '0'))::uuid,
       ('00000000-0000-4000-8000-' || lpad((1 + (n * 104729::bigint) % ${USERS})::text, 12, '0'))::uuid,
       1, 'EUR', 'MONTH', 1, due, CASE WHEN over THEN 'ENDED' ELSE 'ACTIVE' END::"RecurringPaymentStatus",
       CASE WHEN over THEN 'ALL_MADE' END::"RecurringPaymentReason", CASE WHEN over THEN now() END,
       CASE WHEN NOT over THEN 1 END, CASE WHEN NOT over THEN due END, CASE WHEN NOT over THEN due END,
       n::text, '', now() - n * interval '30 seconds'
     FROM generate_series(1, ${PAYMENTS / 5}) AS n,
       LATERAL (SELECT n % 7 = 0 AS over, now() + (n % 100 - 1) * interval '1 day' AS due) AS dates`,
  );
  await server.query(
    `UPDATE payments SET type = 'RECURRING', recurring_payment_id = series.id, occurrence = 1
     FROM recurring_payments AS series
     WHERE payments.idempotency_key = series.idempotency_key AND payments.type = 'INSTANT' AND payments.amount < 20`,
  );
  await server.query('ANALYZE');
  database = createDatabase({ url: server.serviceUrl, schema: 'payments', ...testTelemetry('payments') });
  const client = new PrismaClient({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] });
  client.$on('query', (statement) => statements.push(statement));
  prisma = client;
  store = createStore(client, createOutbox({ source: 'payments', contracts }));
}, 600_000);
afterAll(async () => {
  try {
    await database.close();
  } finally {
    // Also when the rows could not be written: a server that is left would keep the process.
    await server.stop();
  }
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly Plans?: ReadonlyArray<Plan>;
}
interface Cost {
  /** How each large table was read, such as `payments by Index Scan`. */
  readonly scans: ReadonlySet<string>;
  /** Rows that were read of large tables. */
  readonly rows: number;
}

/** Runs a piece of the store, and explains each statement that it really ran with the values that it had. */
async function explain(work: () => Promise<unknown>): Promise<ReadonlyArray<Cost>> {
  statements.length = 0;
  await work();
  const ran = statements.filter(({ query }) => !/^(BEGIN|COMMIT|ROLLBACK)/i.test(query));
  return Promise.all(
    ran.map(async ({ query, params }) => {
      const [row] = await server.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        // What changes rows is not run again.
        `EXPLAIN (${/\b(INSERT|UPDATE|DELETE)\b/i.test(query) ? '' : 'ANALYZE, '}FORMAT JSON) ${query}`,
        JSON.parse(params) as unknown[],
      );
      const scans = scansOf((row as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan);
      return {
        scans: new Set(scans.map((plan) => `${plan['Relation Name']} by ${plan['Node Type']}`)),
        rows: scans.reduce((sum, plan) => sum + (plan['Actual Rows'] ?? 0) * (plan['Actual Loops'] ?? 0), 0),
      };
    }),
  );
}
function scansOf(plan: Plan): Plan[] {
  const isLarge = LARGE.includes(plan['Relation Name'] ?? '') && plan['Node Type'].includes('Scan');
  return [...(isLarge ? [plan] : []), ...(plan.Plans ?? []).flatMap(scansOf)];
}
const wholeTables = (costs: ReadonlyArray<Cost>): string[] =>
  costs.flatMap(({ scans }) => [...scans].filter((scan) => scan.includes('Seq Scan')));

const FILTERS: Readonly<Record<string, PaymentFilter>> = {
  'of all': {},
  'of a common status': { statuses: ['COMPLETED'] },
  'of a rare status': { statuses: ['FAILED'] },
  'of a status that none has': { statuses: ['REFUNDED'] },
  'of a rare type': { type: 'SCHEDULED' },
  'of another rare type': { type: 'RECURRING' },
  'of a currency': { currency: 'JPY' },
  'of a currency that none has': { currency: 'KWD' },
  'of a period': {
    createdFrom: new Date(Date.now() - 4 * 86_400_000),
    createdBefore: new Date(Date.now() - 3 * 86_400_000),
  },
  'of a name': { payerName: 'Ab1' },
  'of an address': { payerEmail: 'c4ca' },
  'of everything at once': { statuses: ['PENDING'], type: 'INSTANT', currency: 'USD', payerName: 'a' },
};
const ORDERS: Readonly<Record<PaymentOrder, string>> = {
  NEWEST_FIRST: 'created_at DESC, id DESC',
  PAYER_NAME: `(SELECT lower(name) COLLATE "C" FROM payers WHERE id = user_id), user_id, created_at DESC, id DESC`,
  PAYER_EMAIL: `(SELECT lower(email) COLLATE "C" FROM payers WHERE id = user_id), user_id, created_at DESC, id DESC`,
};
const deepCursors = new Map<PaymentOrder, Promise<string>>();
/** The cursor at which the thousandth page of 20 begins. */
function deepCursor(order: PaymentOrder): Promise<string> {
  const cursor = deepCursors.get(order) ?? findDeepCursor(order);
  deepCursors.set(order, cursor);
  return cursor;
}
async function findDeepCursor(order: PaymentOrder): Promise<string> {
  const [row] = await server.query<{ id: string; created_at: Date }>(
    `SELECT id, created_at FROM payments ORDER BY ${ORDERS[order]} OFFSET ${19_980} LIMIT 1`,
  );
  const { id, created_at: at } = row as { id: string; created_at: Date };
  return encodeCursor('any', { id, at });
}

describe(`pages of ${PAYMENTS} payments of ${USERS} users`, () => {
  describe.each(Object.keys(ORDERS) as PaymentOrder[])('by %s', (order) => {
    it.each(Object.keys(FILTERS))(
      '%s: one statement by an index, wherever the page is',
      async (name) => {
        const cursor = await deepCursor(order);
        const pages: PageArguments[] = [
          { first: 20 },
          { last: 20 },
          { first: 20, after: cursor },
          { last: 20, before: cursor },
        ];
        for (const page of pages) {
          const costs = await explain(() =>
            store.paymentPages.listAll(readPage('any', page), FILTERS[name] as PaymentFilter, order),
          );
          expect(costs).toHaveLength(1);
          expect({ page, wholeTables: wholeTables(costs) }).toEqual({ page, wholeTables: [] });
          if (name === 'of all') {
            // The thousandth page reads what the first does: 21 payments, and their payers where the order needs them.
            expect(costs[0]?.rows).toBeLessThanOrEqual(21 * 12);
          }
        }
      },
      120_000,
    );
  });

  it.each(['PAYER_NAME', 'PAYER_EMAIL'] as const)(
    'by %s hold what a plain sort gives, whether many payments fit the filter or few',
    async (order) => {
      const rows = await server.query<{ id: string; status: string }>(
        `SELECT id, status FROM payments WHERE created_at > now() - interval '200 hours' ORDER BY ${ORDERS[order]}`,
      );
      const middle = rows[Math.floor(rows.length / 2)] as { id: string };
      const [place] = await server.query<{ at: Date }>(
        'SELECT created_at AS at FROM payments WHERE id = $1',
        [middle.id],
      );
      const after = encodeCursor('any', { id: middle.id, at: (place as { at: Date }).at });
      for (const status of ['COMPLETED', 'FAILED'] as const) {
        const filter = { statuses: [status], createdFrom: new Date(Date.now() - 200 * 3_600_000) };
        const found = await store.paymentPages.listAll(readPage('any', { first: 20, after }), filter, order);
        const expected = rows.slice(rows.indexOf(middle as (typeof rows)[number]) + 1);
        const ids = expected.filter((row) => row.status === status).map(({ id }) => id);
        expect(found.map(({ id }) => id)).toEqual(ids.slice(0, 21));
      }
    },
    120_000,
  );

  it.each(Object.keys(FILTERS))('of one user, %s: one statement by an index', async (name) => {
    const cursor = await deepCursor('NEWEST_FIRST');
    for (const page of [{ first: 20 }, { last: 20 }, { first: 20, after: cursor }]) {
      const costs = await explain(() =>
        store.paymentPages.listOfUsers(
          [BUSY, userId(2)],
          readPage('any', page),
          FILTERS[name] as PaymentFilter,
        ),
      );
      expect(costs).toHaveLength(1);
      expect(wholeTables(costs)).toEqual([]);
    }
  });
});

describe('pages of recurring payments', () => {
  it.each<[string, string | null, ReadonlyArray<'ACTIVE' | 'ENDED' | 'PAUSED'> | null]>([
    ['of all', null, null],
    ['of one user', BUSY, null],
    ['of a common status', null, ['ACTIVE']],
    ['of a status that none has', null, ['PAUSED']],
    ['of one user and status', BUSY, ['ENDED']],
  ])('%s: one statement by an index, wherever the page is', async (_what, user, statuses) => {
    const [row] = await server.query<{ id: string; at: Date }>(
      'SELECT id, created_at AS at FROM recurring_payments ORDER BY created_at DESC, id DESC OFFSET 5000 LIMIT 1',
    );
    const cursor = encodeCursor('any', row as { id: string; at: Date });
    for (const page of [
      { first: 20 },
      { last: 20 },
      { first: 20, after: cursor },
      { last: 20, before: cursor },
    ]) {
      const costs = await explain(() =>
        store.recurringPages.list({ userId: user, page: readPage('any', page), statuses }),
      );
      expect(costs).toHaveLength(1);
      expect({ page, wholeTables: wholeTables(costs) }).toEqual({ page, wholeTables: [] });
      if (user === null && statuses === null) {
        expect(costs[0]?.rows).toBeLessThanOrEqual(21);
      }
    }
  });

  it('and of the payments of many of them', async () => {
    const series = await server.query<{ id: string }>('SELECT id FROM recurring_payments LIMIT 100');
    const costs = await explain(() =>
      store.paymentPages.listOfRecurring(
        series.map(({ id }) => id),
        readPage('any', { first: 20 }),
      ),
    );
    expect(costs).toHaveLength(1);
    expect(wholeTables(costs)).toEqual([]);
  });
});

describe('everything else that is asked all the time', () => {
  const until = new Date();
  it.each<[string, () => Promise<unknown>]>([
    ['payers', () => store.payers.find([BUSY, userId(2)])],
    ['a key', () => store.idempotencyKeys.find(BUSY, 'any')],
    ['transitions', () => store.paymentTransitions.listOfPayments([userId(1)])],
    ['refunds', () => store.refunds.listOfPayments([userId(1)])],
    ['sums of users', () => store.paymentSummaries.summarize([BUSY, userId(2)])],
    [
      'what somebody paid today',
      () => sumPaidSince(prisma, { userId: BUSY, currency: 'EUR', since: new Date(Date.now() - 86_400_000) }),
    ],
    [
      'a report of one user over a month',
      () =>
        store.paymentReports.report({
          userId: BUSY,
          from: new Date(Date.now() - 30 * 86_400_000),
          before: until,
        }),
    ],
    [
      'a report of everybody over a day',
      () =>
        store.paymentReports.report({ userId: null, from: new Date(Date.now() - 86_400_000), before: until }),
    ],
    ['what the worker has in hand', () => store.payments.listInHand(100)],
    ['what is due', () => store.paymentProcessing.claimDue({ limit: 8, until })],
    ['recurring payments that are due', () => store.recurringProcessing.claimDue({ limit: 8, until })],
    ['a key of a recurring payment', () => store.recurringPayments.findByKey(BUSY, 'any')],
    ['what is unsettled', () => store.paymentProcessing.claimUnsettled({ limit: 8, until })],
    ['refunds that are unsettled', () => store.refundSettlement.claimUnsettled({ limit: 8, until })],
  ])('reads no large table as a whole: %s', async (_what, work) => {
    const costs = await explain(work);
    expect(costs.length).toBeGreaterThan(0);
    expect(wholeTables(costs)).toEqual([]);
  });
});

describe('the test itself', () => {
  it('sees a page that has no index', async () => {
    await server.query('DROP INDEX payers_name_id_idx');
    const costs = await explain(() =>
      store.paymentPages.listAll(readPage('any', { first: 20 }), {}, 'PAYER_NAME'),
    );
    expect(wholeTables(costs)).toEqual(['payers by Seq Scan']);
  });
});
