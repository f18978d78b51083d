import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { eventsUrl } from '@supergraph/platform/configuration';
import {
  createSubgraphClient,
  startServiceDatabase,
  startTestIdentity,
  testTelemetry,
  type ServiceDatabase,
  type SubgraphClient,
  type TestEventSource,
} from '@supergraph/platform/testing';
import { readConfiguration, type PaymentsConfiguration } from '../config.js';
import { startPayments } from '../server.js';
import { startStandInAuth, type AuthUser, type StandInAuth } from './stand-in-auth.js';

/** Somebody with an account at auth and a token. */
export interface Person extends AuthUser {
  readonly token: string;
}

/** The payments subgraph over a real database, beside an auth that it can ask. */
export interface PaymentsFixture {
  readonly url: string;
  readonly database: ServiceDatabase;
  /** A token of anybody, with or without an account at auth. */
  tokenFor(userId: string, role?: string): Promise<string>;
  readonly auth: StandInAuth;
  /** As the router. */
  readonly client: SubgraphClient;
  readonly secret: string;
  /** By what webhooks are signed. */
  readonly webhookSecret: string;
  person(options?: {
    readonly role?: string;
    readonly status?: AuthUser['status'];
    readonly name?: string;
    readonly email?: string;
  }): Promise<Person>;
  /**
   * Lets requests about one payment meet: its row is held until all of them wait for a lock.
   *
   * @param send sends one of them
   * @param table where the row is; `payments` when not given
   */
  collide<Answer>(
    paymentId: string,
    count: number,
    send: (index: number) => Promise<Answer>,
    table?: 'payments' | 'recurring_payments',
  ): Promise<ReadonlyArray<Answer>>;
  /** Takes the database away for good. */
  stopDatabase(): Promise<void>;
  /** Every row of every table, to tell whether a refused request wrote anything. */
  snapshot(): Promise<string>;
  stop(): Promise<void>;
}

const SECRETS = {
  router: 'a-secret-of-the-router-for-payments-1',
  auth: 'a-secret-of-payments-for-auth-0123456',
  admin: 'a-secret-of-an-absent-event-source!!',
  webhooks: 'a-secret-of-the-provider-0123456789ab',
};

/**
 * Starts all of it; about a second. The worker is off, so that what tests write stays as it is.
 *
 * @param variables in place of the fixture's own
 * @param heard whose events are heard, in place of that service; nobody tells any when not given
 */
export async function startPaymentsFixture(
  variables: Readonly<Record<string, string>> = {},
  heard?: TestEventSource,
): Promise<PaymentsFixture> {
  const [database, identity, auth] = await Promise.all([
    startServiceDatabase('payments', fileURLToPath(new URL('../..', import.meta.url))),
    startTestIdentity(),
    startStandInAuth(SECRETS.auth),
  ]);
  const configuration = readConfiguration({
    SUPERGRAPH_MODE: 'production',
    LOG_LEVEL: 'silent',
    DRAIN_MILLISECONDS: '0',
    PAYMENTS_PORT: '0',
    PAYMENTS_DATABASE_URL: database.serviceUrl,
    PAYMENTS_SECRET_FROM_ROUTER: SECRETS.router,
    AUTH_JWKS_URL: identity.jwksUrl,
    AUTH_URLS: `http://127.0.0.1:${auth.port}/graphql`,
    AUTH_SECRET_FROM_PAYMENTS: SECRETS.auth,
    ADMIN_URLS: 'http://127.0.0.1:9/graphql',
    ADMIN_SECRET_FROM_PAYMENTS: SECRETS.admin,
    PAYMENTS_WEBHOOK_SECRET: SECRETS.webhooks,
    PAYMENTS_WORKER: 'false',
    ...variables,
  });
  const payments = await startPayments(
    heard === undefined ? configuration : hearing(configuration, heard),
    testTelemetry('payments'),
  );
  const client = createSubgraphClient({ url: payments.url, secret: SECRETS.router });
  // Prisma loads itself when it is first used, which Jest allows within hooks and tests only: the consumer of events,
  // which begins at once, may not be the first.
  const token = await identity.tokenFor({ userId: randomUUID(), role: 'ADMIN' });
  await client.query('{ payments(first: 1) { edges { cursor } } }', { token });
  let databaseEnd: Promise<void> | undefined;
  const stopDatabase = (): Promise<void> => (databaseEnd ??= database.stop());
  return {
    url: payments.url,
    stopDatabase,
    database,
    tokenFor: (userId, role = 'CUSTOMER') => identity.tokenFor({ userId, role }),
    auth,
    secret: SECRETS.router,
    webhookSecret: SECRETS.webhooks,
    client,
    async person({ role = 'CUSTOMER', status = 'ACTIVE', name = 'Ada Example', email } = {}) {
      const id = randomUUID();
      const user: AuthUser = { id, name, email: email ?? `${id}@example.com`, status };
      auth.add(user);
      return { ...user, token: await identity.tokenFor({ userId: user.id, role }) };
    },
    async collide(id, count, send, table = 'payments') {
      const held = database.query(holdRow(table, id, count));
      while ((await database.query(PAYMENT_IS_HELD)).length === 0);
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
      await held;
      return answers;
    },
    async snapshot() {
      const tables = [
        'payments',
        'payment_transitions',
        'idempotency_keys',
        'recurring_payments',
        'ledger_entries',
        'refunds',
        'provider_events',
        'outbox',
      ];
      const rows = tables.map((table) => database.query(`SELECT * FROM ${table} ORDER BY 1`));
      return JSON.stringify(await Promise.all(rows));
    },
    async stop() {
      await payments.stop();
      await Promise.all([auth.stop(), identity.stop(), stopDatabase()]);
    },
  };
}

function hearing(configuration: PaymentsConfiguration, source: TestEventSource): PaymentsConfiguration {
  const { name, graphqlUrl, secret } = source;
  const sources = configuration.events.sources.map((each) =>
    each.name === name ? { name, urls: [eventsUrl(graphqlUrl)], secret } : each,
  );
  return { ...configuration, events: { ...configuration.events, sources } };
}

/** Keeps whoever locks the row waiting until so many do. */
const holdRow = (table: string, id: string, count: number): string => `DO $$ BEGIN
  PERFORM FROM ${table} WHERE id = '${id}' FOR UPDATE;
  PERFORM pg_advisory_xact_lock(7);
  FOR attempt IN 1..2000 LOOP
    PERFORM pg_stat_clear_snapshot();
    IF (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock') >= ${count} THEN
      RETURN;
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
  RAISE 'the writers did not come';
END $$`;
const PAYMENT_IS_HELD = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND granted`;

/** A payment as a row, written behind the service's back. */
export interface PaymentRow {
  readonly payer: string;
  readonly recipient?: string | null;
  readonly amount?: string;
  readonly currency?: string;
  readonly status?: string;
  readonly type?: string;
  readonly createdAt?: Date;
  readonly description?: string | null;
  /** Null when absent, as of a row from an older system: the worker leaves it alone. */
  readonly processAfter?: Date | null;
}

/** Writes payments in one statement. @returns their ids in the same order */
export async function insertPayments(
  database: ServiceDatabase,
  rows: ReadonlyArray<PaymentRow>,
): Promise<string[]> {
  const complete = rows.map((row) => {
    const type = row.type ?? 'INSTANT';
    return {
      id: randomUUID(),
      user_id: row.payer,
      recipient_id: row.recipient ?? null,
      amount: row.amount ?? '12.50',
      currency: row.currency ?? 'EUR',
      description: row.description ?? null,
      process_after: row.processAfter ?? null,
      status: row.status ?? 'PENDING',
      type,
      scheduled_for: type === 'SCHEDULED' ? new Date(Date.now() + 86_400_000) : null,
      idempotency_key: randomUUID(),
      created_at: row.createdAt ?? new Date(),
      updated_at: row.createdAt ?? new Date(),
      version: 1,
    };
  });
  await database.query('INSERT INTO payments SELECT * FROM jsonb_populate_recordset(NULL::payments, $1)', [
    JSON.stringify(complete),
  ]);
  // The worker pays for nobody whom payments does not know.
  const due = complete.filter((row) => row.process_after !== null).map((row) => row.user_id);
  await database.query(
    `INSERT INTO payers (id, name, email, status, version)
     SELECT DISTINCT id, 'Due Payer', id || '@example.com', 'ACTIVE'::"PayerStatus", 1 FROM unnest($1::uuid[]) AS due (id)
     ON CONFLICT DO NOTHING`,
    [due],
  );
  return complete.map(({ id }) => id);
}
