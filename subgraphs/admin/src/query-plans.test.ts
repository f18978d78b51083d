import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { createDatabase, type Database } from '@supergraph/platform/database';
import { createOutbox } from '@supergraph/platform/events';
import { encodeCursor, readPage, type PageArguments } from '@supergraph/platform/paging';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { contracts } from './events/contracts.js';
import { PrismaClient } from './generated/prisma/client.js';
import type { AuditFilter } from './store/audit-entries.js';
import { createStore, type Store } from './store/index.js';

/** With fewer rows the planner would rather read a whole table, and be right. */
const ENTRIES = process.env['SUPERGRAPH_TEST_FULL'] === undefined ? 50_000 : 1_000_000;
const statements: { query: string; params: string }[] = [];
const personOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
let server: ServiceDatabase;
let database: Database;
let store: Store;
/** Where the thousandth page of 20 begins. */
let deepCursor: string;

beforeAll(async () => {
  server = await startServiceDatabase('admin', fileURLToPath(new URL('..', import.meta.url)));
  await server.query(
    `WITH entries AS MATERIALIZED (
       SELECT n, gen_random_uuid() AS id, now() - n * interval '10 seconds' AS at,
              ('00000000-0000-4000-8000-' || lpad((n % 5000)::text, 12, '0'))::uuid AS person
       FROM generate_series(1, ${ENTRIES}) AS n),
     written AS (
       INSERT INTO audit_entries (id, sequence, occurred_at, action, resource_type, resource_id, actor_commitment,
                                  client_commitment, details_commitment, previous_hash, hash)
       SELECT id, n, at, CASE WHEN n % 1000 = 0 THEN 'user.suspended' ELSE 'payment.created' END,
              CASE WHEN n % 1000 = 0 THEN 'user' ELSE 'payment' END, person::text,
              repeat('a', 64), repeat('a', 64), repeat('a', 64), repeat('a', 64), repeat('a', 64)
       FROM entries)
     INSERT INTO audit_entry_details (entry_id, occurred_at, actor_salt, actor_id)
     SELECT id, at, 'salt', person FROM entries`,
  );
  await server.query('ANALYZE');
  const [row] = await server.query<{ id: string; at: Date }>(
    'SELECT id, occurred_at AS at FROM audit_entries ORDER BY occurred_at DESC, id DESC OFFSET 19979 LIMIT 1',
  );
  deepCursor = encodeCursor('auditEntries', row as { id: string; at: Date });
  database = createDatabase({ url: server.serviceUrl, schema: 'admin', ...testTelemetry('admin') });
  const prisma = new PrismaClient({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] });
  prisma.$on('query', (statement) => statements.push(statement));
  store = createStore(prisma, createOutbox({ source: 'admin', contracts }));
}, 600_000);
afterAll(async () => {
  try {
    await database.close();
  } finally {
    await server.stop();
  }
});

/** Runs a piece of the store, and explains each statement that it really ran. */
async function plansOf(work: () => Promise<unknown>): Promise<ReadonlyArray<string>> {
  statements.length = 0;
  await work();
  return Promise.all(
    statements.map(async ({ query, params }) =>
      (await server.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`, JSON.parse(params) as unknown[]))
        .map((row) => row['QUERY PLAN'])
        .join('\n'),
    ),
  );
}

const FILTERS: Readonly<Record<string, AuditFilter>> = {
  'of all': {},
  'of a common action': { action: 'payment.created' },
  'of a rare action': { action: 'user.suspended' },
  'of an action that nobody did': { action: 'nothing.done' },
  'of a rare kind of thing': { resourceType: 'user' },
  'of a thing': { resourceId: personOf(7) },
  'of an actor': { actorId: personOf(7) },
  'of an actor who did nothing': { actorId: personOf(9_999_999) },
  'of a period': {
    occurredFrom: new Date(Date.now() - 3 * 86_400_000),
    occurredBefore: new Date(Date.now() - 2 * 86_400_000),
  },
  'of an actor and an action': { actorId: personOf(7), action: 'payment.created' },
};

describe(`pages of ${ENTRIES} audit entries`, () => {
  it.each(Object.keys(FILTERS))('%s: one statement by an index, wherever the page is', async (name) => {
    const pages: PageArguments[] = [
      { first: 20 },
      { last: 20 },
      { first: 20, after: deepCursor },
      { last: 20, before: deepCursor },
    ];
    for (const page of pages) {
      const plans = await plansOf(() =>
        store.auditEntries.list(readPage('auditEntries', page), FILTERS[name] as AuditFilter),
      );
      expect(plans).toHaveLength(1);
      expect(plans[0]).toMatch(/Index (Only )?Scan/);
      expect(plans[0]).not.toMatch(/Seq Scan/);
    }
  });

  it('of what was done to and by two people: one statement by an index', async () => {
    const plans = await plansOf(() =>
      store.auditEntries.listTrails(readPage('auditTrail', { first: 20 }), [personOf(7), personOf(8)]),
    );
    expect(plans).toHaveLength(1);
    expect(plans[0]).not.toMatch(/Seq Scan/);
  });
});

describe('the test itself', () => {
  it('sees a page that has no index', async () => {
    await server.query('DROP INDEX audit_entries_action_occurred_at_id_idx');
    await server.query(
      'ALTER TABLE audit_entry_details DROP CONSTRAINT audit_entry_details_occurred_at_entry_id_fkey',
    );
    await server.query('DROP INDEX audit_entries_occurred_at_id_key');
    const plans = await plansOf(() => store.auditEntries.list(readPage('auditEntries', { first: 20 }), {}));
    expect(plans[0]).toMatch(/Seq Scan/);
  });
});
