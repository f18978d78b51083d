import { fileURLToPath } from 'node:url';
import { seedLarge } from '@supergraph/cli';
import {
  createSubgraphClient,
  startServiceDatabase,
  startTestIdentity,
  type ServiceDatabase,
  type SubgraphClient,
} from '@supergraph/platform/testing';
import { tell } from '../report/progress.js';
import { startServiceChild, type ServiceChild } from './service-child.js';

/** The services that have lists. */
export type ServiceName = 'auth' | 'payments' | 'admin';

/** How much is generated. */
export interface Size {
  readonly users: number;
  readonly payments: number;
}

/** A service, its database, and who asks it. */
export interface MeasuredService {
  readonly child: ServiceChild;
  readonly database: ServiceDatabase;
  /** Asks as the router. */
  readonly client: SubgraphClient;
  /** Of an ADMIN. */
  readonly adminToken: string;
}

/** All of them, filled. */
export interface MeasuredSystem {
  readonly services: Readonly<Record<ServiceName, MeasuredService>>;
  /** A second auth on the same database, whose check of a password takes no time. */
  readonly trusting: Pick<MeasuredService, 'child' | 'client'>;
  /** A token for payments of this user. */
  tokenFor(userId: string): Promise<string>;
  stop(): Promise<void>;
}

const ROUTER_SECRET = 'a-secret-of-the-router-for-benchmarks';
const ABSENT = 'http://127.0.0.1:9/graphql';
const ABSENT_SECRET = 'a-secret-of-an-absent-event-source!!';
/** Whoever asks does so from one address. */
const UNLIMITED = '1000000';
const INSTANT_CHECK = new URL('instant-password-check.js', import.meta.url);
/** Everybody's who is generated. */
export const PASSWORD = 'violet-harbor-42-lantern';

/** Fills databases of their own and starts the services on them. */
export async function startMeasuredSystem(size: Size): Promise<MeasuredSystem> {
  const folderOf = (service: string): string =>
    fileURLToPath(new URL(`../../../subgraphs/${service}`, import.meta.url));
  const start = (service: string): Promise<ServiceDatabase> =>
    startServiceDatabase(service, folderOf(service));
  const databases = {
    auth: await start('auth'),
    payments: await start('payments'),
    admin: await start('admin'),
    profile: await start('profile'),
  };
  const identity = await startTestIdentity();
  const stopDatabases = async (): Promise<void> => {
    await Promise.all([identity, ...Object.values(databases)].map((one) => one.stop()));
  };
  try {
    tell(
      `filling ${size.users.toLocaleString('en')} users and ${size.payments.toLocaleString('en')} payments`,
    );
    const ownerUrls = Object.fromEntries(
      Object.entries(databases).map(([name, { ownerUrl }]) => [name, ownerUrl]),
    );
    await seedLarge({ ...size, ownerUrls });
    tell(`filling ${size.payments.toLocaleString('en')} audit entries`);
    await fillAuditLog(databases.admin, size.payments);
    for (const database of Object.values(databases)) {
      await database.query('VACUUM (ANALYZE)');
    }
    const children = {
      auth: await startServiceChild('auth', authEnvironment(databases.auth)),
      payments: await startServiceChild(
        'payments',
        paymentsEnvironment(databases.payments, identity.jwksUrl),
      ),
      admin: await startServiceChild('admin', adminEnvironment(databases.admin, identity.jwksUrl)),
      trusting: await startServiceChild('auth', authEnvironment(databases.auth), INSTANT_CHECK),
    };
    const clientOf = ({ url }: ServiceChild) => createSubgraphClient({ url, secret: ROUTER_SECRET });
    const authClient = clientOf(children.auth);
    const foreignToken = await identity.tokenFor({ role: 'ADMIN', expiresIn: 86_400 });
    const { token: authToken } = await login(authClient, 'admin@example.com');
    return {
      services: {
        auth: { child: children.auth, database: databases.auth, client: authClient, adminToken: authToken },
        payments: {
          child: children.payments,
          database: databases.payments,
          client: clientOf(children.payments),
          adminToken: foreignToken,
        },
        admin: {
          child: children.admin,
          database: databases.admin,
          client: clientOf(children.admin),
          adminToken: foreignToken,
        },
      },
      trusting: { child: children.trusting, client: clientOf(children.trusting) },
      tokenFor: (userId) => identity.tokenFor({ userId, expiresIn: 86_400 }),
      async stop() {
        await Promise.all(Object.values(children).map((child) => child.stop()));
        await stopDatabases();
      },
    };
  } catch (error) {
    await stopDatabases();
    throw error;
  }
}

/** Signs in by the service. @returns the access token, and how many SQL statements it took */
export async function login(
  client: SubgraphClient,
  email: string,
): Promise<{ readonly token: string; readonly statements: number }> {
  const answer = await client.query(
    `mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { accessToken } } }`,
    { variables: { input: { email, password: PASSWORD } } },
  );
  const data = answer.data as unknown;
  const token = (data as { login?: { accessToken?: string } } | null)?.login?.accessToken;
  if (token === undefined) {
    throw new Error(`${email} could not sign in: ${JSON.stringify({ data, errors: answer.errors })}`);
  }
  return { token, statements: answer.sqlStatements ?? NaN };
}

function authEnvironment({ serviceUrl }: ServiceDatabase): Record<string, string> {
  return {
    AUTH_PORT: '0',
    AUTH_DATABASE_URL: serviceUrl,
    AUTH_KEY_ENCRYPTION_SECRET: 'a-key-encryption-secret-for-benchmarks',
    AUTH_SECRET_FROM_ROUTER: ROUTER_SECRET,
    ADMIN_URLS: ABSENT,
    ADMIN_SECRET_FROM_AUTH: ABSENT_SECRET,
    AUTH_LOGINS_PER_MINUTE: UNLIMITED,
    // Tokens have to outlast the measurements.
    AUTH_ACCESS_TOKEN_SECONDS: '86400',
  };
}

function paymentsEnvironment({ serviceUrl }: ServiceDatabase, keysUrl: string): Record<string, string> {
  return {
    PAYMENTS_PORT: '0',
    PAYMENTS_DATABASE_URL: serviceUrl,
    PAYMENTS_SECRET_FROM_ROUTER: ROUTER_SECRET,
    PAYMENTS_WEBHOOK_SECRET: 'a-secret-of-the-provider-for-benchmarks',
    PAYMENTS_WORKER: 'false',
    AUTH_JWKS_URL: keysUrl,
    AUTH_URLS: ABSENT,
    AUTH_SECRET_FROM_PAYMENTS: ABSENT_SECRET,
    ADMIN_URLS: ABSENT,
    ADMIN_SECRET_FROM_PAYMENTS: ABSENT_SECRET,
  };
}

function adminEnvironment({ serviceUrl }: ServiceDatabase, keysUrl: string): Record<string, string> {
  return {
    ADMIN_PORT: '0',
    ADMIN_DATABASE_URL: serviceUrl,
    ADMIN_SECRET_FROM_ROUTER: ROUTER_SECRET,
    AUTH_JWKS_URL: keysUrl,
    ...Object.fromEntries(
      ['AUTH', 'PROFILE', 'PAYMENTS'].flatMap((name) => [
        [`${name}_URLS`, ABSENT],
        [`${name}_SECRET_FROM_ADMIN`, ABSENT_SECRET],
      ]),
    ),
  };
}

/** Entries with the shape and spread of real ones; nobody verifies this chain. */
async function fillAuditLog(database: ServiceDatabase, entries: number): Promise<void> {
  await database.query(
    `WITH people AS (SELECT array_agg(id) AS ids, count(*)::int AS count FROM users),
          entries AS MATERIALIZED (
            SELECT n, gen_random_uuid() AS id, now() - (${entries} - n) * interval '10 seconds' AS occurred_at,
                   ids[1 + (n * 7919::bigint) % count] AS person
            FROM generate_series(1, ${entries}) AS n, people),
          written AS (
            INSERT INTO audit_entries (id, sequence, occurred_at, action, resource_type, resource_id,
                                       actor_commitment, client_commitment, details_commitment, previous_hash, hash)
            SELECT id, n, occurred_at,
                   (ARRAY['payments.payment.created', 'payments.payment.completed', 'auth.user.registered'])[1 + n % 3],
                   CASE WHEN n % 3 = 2 THEN 'user' ELSE 'payment' END, person::text,
                   repeat('a', 64), repeat('b', 64), repeat('c', 64), repeat('d', 64), repeat('e', 64)
            FROM entries)
     INSERT INTO audit_entry_details (entry_id, occurred_at, actor_salt, actor_id, client_salt, ip, details_salt, details)
     SELECT id, occurred_at, 'salt', person, 'salt', '203.0.113.7', 'salt', '{"status": "COMPLETED"}' FROM entries`,
  );
}
