import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ask, signIn } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const USER_OVERVIEW = readFileSync(
  new URL('../../schema/operations/UserOverview.graphql', import.meta.url),
  'utf8',
);
let system: SystemUnderTest;
beforeAll(async () => {
  // What the worker of payments asks by itself would be counted too.
  system = await startSystemUnderTest({ environment: { PAYMENTS_WORKER: 'false' } });
});
afterAll(() => system.stop());

/** What a service does by itself all the time: its log of events and its place in those of others. */
const BY_ITSELF = '(outbox|inbox|consumer_positions|parked_events|pg_notify|LISTEN|erasure)';

/** Statements that a service's role sent for requests since the last reset, as PostgreSQL itself counted them. */
async function countStatements(service: string): Promise<number> {
  const rows = await system.query<{ calls: string }>(
    service,
    `SELECT coalesce(sum(calls), 0) AS calls FROM public.pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
     WHERE r.rolname = $1 AND query !~* '^(BEGIN|COMMIT|ROLLBACK)' AND query !~* $2`,
    [`${service}_service`, BY_ITSELF],
  );
  return Number(rows[0]?.calls);
}

describe('one query over four services', () => {
  it('is answered whole, at a few SQL statements a database', async () => {
    const token = await signIn(system.endpoint, 'admin@example.com');
    const [customer] = await system.query<{ id: string }>(
      'auth',
      "SELECT id FROM users WHERE email = 'customer@example.com'",
    );
    const names = ['auth', 'profile', 'payments', 'admin'];
    for (const name of names) {
      await system.query(name, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public');
      await system.query(name, 'SELECT public.pg_stat_statements_reset()');
    }
    const answer = await ask(system.endpoint, USER_OVERVIEW, { token, variables: { id: customer?.id } });
    expect(answer.errors).toBeUndefined();
    expect(answer.data.user).toMatchObject({
      email: 'customer@example.com',
      profile: { displayName: expect.any(String) },
      payments: { edges: expect.any(Array) },
      auditTrail: { edges: expect.any(Array) },
    });
    expect(answer.data.user.payments.edges.length).toBeGreaterThan(0);
    const cost = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await countStatements(name)] as const)),
    );
    // payments: the page, the summary, and the recipients' names from its own replica.
    expect(cost).toEqual({ auth: 1, profile: 1, payments: 3, admin: 1 });
  });

  it('costs one statement in payments for the payments of 100 users', async () => {
    const token = await signIn(system.endpoint, 'admin@example.com');
    await system.query('payments', 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public');
    await system.query('payments', 'SELECT public.pg_stat_statements_reset()');
    const answer = await ask(
      system.endpoint,
      '{ users(first: 100) { edges { node { id payments(first: 10) { edges { node { id } } } } } } }',
      { token },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.users.edges).toHaveLength(100);
    expect(await countStatements('payments')).toBe(1);
  });
});

describe('a newcomer', () => {
  it('registers and pays in the same second', async () => {
    const { data } = await ask(
      system.endpoint,
      `mutation { register(input: { email: "new@example.com", password: "seven quiet lanterns", name: "New" }) {
        ... on SignedIn { accessToken user { email } } } }`,
    );
    const paid = await ask(
      system.endpoint,
      `mutation { createPayment(input: { amount: { amount: "3.50", currency: "EUR" }, idempotencyKey: "first" }) {
        __typename ... on Payment { status user { name email profile { version } } } } }`,
      { token: data.register.accessToken },
    );
    expect(paid).toMatchObject({
      data: {
        createPayment: {
          __typename: 'Payment',
          status: 'PENDING',
          user: { name: 'New', email: 'new@example.com', profile: { version: 1 } },
        },
      },
    });
  });

  it('sees the name of the other party of a payment, and no more', async () => {
    const token = await signIn(system.endpoint, 'customer@example.com');
    const { data, errors } = await ask(
      system.endpoint,
      '{ payments(first: 50) { edges { node { recipient { id name email role } } } } }',
      { token },
    );
    expect(errors).toBeUndefined();
    const others = data.payments.edges
      .map(
        ({ node }: { node: { recipient: { name: string; email: string | null } | null } }) => node.recipient,
      )
      .filter((recipient: { email: string | null } | null) => recipient !== null && recipient.email === null);
    expect(others.length).toBeGreaterThan(0);
    expect(
      others.every(
        ({ name, role }: { name: string | null; role: string | null }) => name !== null && role === null,
      ),
    ).toBe(true);
  });
});
