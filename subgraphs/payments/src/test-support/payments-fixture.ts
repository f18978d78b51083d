import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  createSubgraphClient,
  startServiceDatabase,
  startTestIdentity,
  testTelemetry,
  type ServiceDatabase,
  type SubgraphClient,
} from '@supergraph/platform/testing';
import { readConfiguration } from '../config.js';
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
  readonly auth: StandInAuth;
  /** As the router. */
  readonly client: SubgraphClient;
  readonly secret: string;
  person(options?: {
    readonly role?: string;
    readonly status?: AuthUser['status'];
    readonly name?: string;
  }): Promise<Person>;
  /** Takes the database away for good. */
  stopDatabase(): Promise<void>;
  /** Every row of every table, to tell whether a refused request wrote anything. */
  snapshot(): Promise<string>;
  stop(): Promise<void>;
}

const SECRETS = {
  router: 'a-secret-of-the-router-for-payments-1',
  auth: 'a-secret-of-payments-for-auth-0123456',
};

/** Starts all of it; about a second. */
export async function startPaymentsFixture(): Promise<PaymentsFixture> {
  const [database, identity, auth] = await Promise.all([
    startServiceDatabase('payments', fileURLToPath(new URL('../..', import.meta.url))),
    startTestIdentity(),
    startStandInAuth(SECRETS.auth),
  ]);
  const payments = await startPayments(
    readConfiguration({
      SUPERGRAPH_MODE: 'production',
      LOG_LEVEL: 'silent',
      DRAIN_MILLISECONDS: '0',
      PAYMENTS_PORT: '0',
      PAYMENTS_DATABASE_URL: database.serviceUrl,
      PAYMENTS_SECRET_FROM_ROUTER: SECRETS.router,
      AUTH_JWKS_URL: identity.jwksUrl,
      AUTH_URLS: `http://127.0.0.1:${auth.port}/graphql`,
      AUTH_SECRET_FROM_PAYMENTS: SECRETS.auth,
    }),
    testTelemetry('payments'),
  );
  let databaseEnd: Promise<void> | undefined;
  const stopDatabase = (): Promise<void> => (databaseEnd ??= database.stop());
  return {
    url: payments.url,
    stopDatabase,
    database,
    auth,
    secret: SECRETS.router,
    client: createSubgraphClient({ url: payments.url, secret: SECRETS.router }),
    async person({ role = 'CUSTOMER', status = 'ACTIVE', name = 'Ada Example' } = {}) {
      const user: AuthUser = { id: randomUUID(), name, status };
      auth.add(user);
      return { ...user, token: await identity.tokenFor({ userId: user.id, role }) };
    },
    async snapshot() {
      const tables = ['payments', 'payment_transitions', 'idempotency_keys'];
      const rows = tables.map((table) => database.query(`SELECT * FROM ${table} ORDER BY id`));
      return JSON.stringify(await Promise.all(rows));
    },
    async stop() {
      await payments.stop();
      await Promise.all([auth.stop(), identity.stop(), stopDatabase()]);
    },
  };
}

/** A payment as a row, written behind the service's back. */
export interface PaymentRow {
  readonly payer: string;
  readonly recipient?: string | null;
  readonly amount?: string;
  readonly currency?: string;
  readonly status?: string;
  readonly type?: string;
  readonly createdAt?: Date;
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
  return complete.map(({ id }) => id);
}
