import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import { createOutbox } from '@supergraph/platform/events';
import { encodeCursor, readPage, type PageArguments } from '@supergraph/platform/paging';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { eventContracts } from './events/contracts.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createStore, type Store } from './store/index.js';
import type { UserFilter } from './store/users.js';

/** With fewer rows the planner would rather read a whole table, and be right. */
const USERS = process.env['SUPERGRAPH_TEST_FULL'] === undefined ? 20_000 : 100_000;
const statements: { query: string; params: string }[] = [];
let server: ServiceDatabase;
let database: Database;
let store: Store;
/** Where the thousandth page of 20 begins. */
let deepCursor: string;
let someId: string;

beforeAll(async () => {
  server = await startServiceDatabase('auth', fileURLToPath(new URL('..', import.meta.url)));
  await server.query(
    `INSERT INTO users (id, email, password_hash, name, role, status, created_at)
     SELECT gen_random_uuid(), 'person' || n || '@example.com', 'none', 'Person ' || n,
            (CASE WHEN n % 1000 = 0 THEN 'ADMIN' WHEN n % 20 = 0 THEN 'VENDOR' ELSE 'CUSTOMER' END)::"Role",
            (CASE WHEN n % 500 = 1 THEN 'SUSPENDED' ELSE 'ACTIVE' END)::"UserStatus",
            now() - n * interval '1 minute'
     FROM generate_series(1, ${USERS}) AS n`,
  );
  await server.query(
    `INSERT INTO sessions (id, user_id, family_id, refresh_token_hash, expires_at)
     SELECT gen_random_uuid(), id, gen_random_uuid(), 'none', now() + interval '1 day' FROM users`,
  );
  await server.query('ANALYZE');
  const [row] = await server.query<{ id: string; at: Date }>(
    'SELECT id, created_at AS at FROM users ORDER BY created_at DESC, id DESC OFFSET 19979 LIMIT 1',
  );
  deepCursor = encodeCursor('users', row as { id: string; at: Date });
  someId = (row as { id: string }).id;
  database = createDatabase({ url: server.serviceUrl, schema: 'auth', ...testTelemetry('auth') });
  const prisma = new PrismaClient({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] });
  prisma.$on('query', (statement) => statements.push(statement));
  store = createStore(prisma, createOutbox({ source: 'auth', contracts: eventContracts }));
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

const FILTERS: Readonly<Record<string, UserFilter>> = {
  'of all': {},
  'of a common role': { role: 'CUSTOMER' },
  'of a rare role': { role: 'ADMIN' },
  'of a common status': { status: 'ACTIVE' },
  'of a rare status': { status: 'SUSPENDED' },
  'of a status that none has': { status: 'ERASED' },
  'of a role and a status': { role: 'VENDOR', status: 'SUSPENDED' },
};

describe(`pages of ${USERS} users`, () => {
  it.each(Object.keys(FILTERS))('%s: one statement by an index, wherever the page is', async (name) => {
    const pages: PageArguments[] = [
      { first: 20 },
      { last: 20 },
      { first: 20, after: deepCursor },
      { last: 20, before: deepCursor },
    ];
    for (const page of pages) {
      const plans = await plansOf(() =>
        store.users.list(readPage('users', page), FILTERS[name] as UserFilter),
      );
      expect(plans).toHaveLength(1);
      expect(plans[0]).toMatch(/Index (Only )?Scan/);
      expect(plans[0]).not.toMatch(/Seq Scan/);
    }
  });
});

describe('everything else that is asked all the time', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['users', () => store.users.findMany([someId])],
    ['credentials at sign-in', () => store.users.findCredentials('person7@example.com')],
    ['a session and its user', () => store.sessions.findWithUser(someId)],
  ])('reads no large table as a whole: %s', async (_what, work) => {
    const plans = await plansOf(work);
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.join('\n')).not.toMatch(/Seq Scan/);
  });

  it('finds credentials by the index while it counts the attempt, in one statement', async () => {
    const counter = { keyHash: 'of a client', windowSeconds: 60 };
    const plans = await plansOf(() => store.users.findCredentialsAndCount('person7@example.com', counter));
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatch(/Index Scan using users_email_key on users/);
    // The counters are few here, and may be read as a whole.
    expect(plans[0]).not.toMatch(/Seq Scan on (?!attempt_counters)/);
  });
});

describe('the test itself', () => {
  it('sees a page that has no index', async () => {
    await server.query('DROP INDEX users_created_at_id_idx');
    const plans = await plansOf(() => store.users.list(readPage('users', { first: 20 }), {}));
    expect(plans[0]).toMatch(/Seq Scan/);
  });
});
