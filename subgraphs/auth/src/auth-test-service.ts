import { fileURLToPath } from 'node:url';
import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
import {
  createSubgraphClient,
  startServiceDatabase,
  testTelemetry,
  type ServiceDatabase,
  type SubgraphAnswer,
  type SubgraphClient,
} from '@supergraph/platform/testing';
import { readConfiguration } from './config.js';
import { startAuth } from './server.js';

const ROUTER_SECRET = 'a-secret-of-the-router-for-tests-only';
const PAYMENTS_SECRET = 'a-secret-of-payments-for-tests-only!!';

/** The password of everybody who registers in a test. */
export const PASSWORD = 'seven quiet lanterns';

/** Somebody signed in. */
export interface SignedInUser {
  readonly id: string;
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

/** Auth as tests see it: the real service over HTTP on a real database. */
export interface AuthUnderTest {
  readonly url: string;
  readonly database: ServiceDatabase;
  /** Asks as the router. */
  readonly client: SubgraphClient;
  /** Asks as the payments service. */
  readonly payments: SubgraphClient;
  /** Where and by what the payments service asks. */
  readonly paymentsAccess: { readonly url: string; readonly secret: string };
  /** By what the router proves itself. */
  readonly routerHeaders: Readonly<Record<string, string>>;
  /** Asks as the router for a client at this address. */
  clientAt(ip: string): SubgraphClient['query'];
  /** Registers somebody new. */
  register(email: string): Promise<SignedInUser>;
  /** Signs in anew; undefined when it is refused. */
  login(email: string, password?: string): Promise<SignedInUser | undefined>;
  /** Somebody new who was made ADMIN and signed in after it. */
  registerAdmin(email: string): Promise<SignedInUser>;
  /** Every row of a table, to see that nothing was written. */
  rowsOf(table: string): Promise<unknown>;
  /** Lets `sends` meet: all wait to write the table when the first goes on. */
  collide<Answer>(table: string, sends: ReadonlyArray<() => Promise<Answer>>): Promise<ReadonlyArray<Answer>>;
  /** Starts another replica of the service on the same database. */
  startReplica(
    environment?: Readonly<Record<string, string>>,
  ): Promise<SubgraphClient & { readonly url: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

const SIGNED_IN = 'accessToken refreshToken user { id email }';
const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { ... on SignedIn { ${SIGNED_IN} } } }`;
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ... on SignedIn { ${SIGNED_IN} } } }`;

/** Keeps writers and those who lock rows, not readers, out of a table until so many of them wait. */
const holdWriters = (table: string, count: number): string => `DO $$ BEGIN
  LOCK TABLE ${table} IN EXCLUSIVE MODE;
  FOR attempt IN 1..1000 LOOP
    PERFORM pg_stat_clear_snapshot();
    IF (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock') >= ${count} THEN
      RETURN;
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
  RAISE 'the writers did not come';
END $$`;

/** Starts auth for a test file. */
export async function startAuthUnderTest(
  environment: Readonly<Record<string, string>> = {},
): Promise<AuthUnderTest> {
  const database = await startServiceDatabase('auth', fileURLToPath(new URL('..', import.meta.url)));
  const start = (more: Readonly<Record<string, string>>) =>
    startAuth(
      readConfiguration({
        AUTH_PORT: '0',
        AUTH_DATABASE_URL: database.serviceUrl,
        AUTH_KEY_ENCRYPTION_SECRET: 'a-key-encryption-secret-for-tests',
        AUTH_SECRET_FROM_ROUTER: ROUTER_SECRET,
        AUTH_SECRET_FROM_PAYMENTS: PAYMENTS_SECRET,
        ADMIN_URLS: 'http://127.0.0.1:9/graphql',
        ADMIN_SECRET_FROM_AUTH: 'a-secret-of-an-absent-event-source!!',
        DRAIN_MILLISECONDS: '500',
        ...environment,
        ...more,
      }),
      testTelemetry('auth'),
    );
  const service = await start({});
  // Prisma imports its engine at the first query, and Jest lets nothing be imported between two tests, where the
  // consumers would be the first.
  await fetch(`${service.url}/.well-known/jwks.json`);
  const client = createSubgraphClient({ url: service.url, secret: ROUTER_SECRET });
  const login: AuthUnderTest['login'] = async (email, password = PASSWORD) => {
    const answer = await client.query(LOGIN, { variables: { input: { email, password } } });
    return toSignedInUser((answer.data as { readonly login: SignedInAnswer }).login);
  };
  const register: AuthUnderTest['register'] = async (email) => {
    const answer = await client.query(REGISTER, {
      variables: { input: { email, password: PASSWORD, name: email.split('@')[0] } },
    });
    const user = toSignedInUser((answer.data as { readonly register: SignedInAnswer }).register);
    return user ?? fail(`${email} could not register`);
  };
  return {
    url: service.url,
    database,
    client,
    payments: createSubgraphClient({ url: service.url, caller: 'payments', secret: PAYMENTS_SECRET }),
    clientAt: (ip) => (document, options) => queryFrom(service.url, ip, document, options ?? {}),
    paymentsAccess: { url: service.url, secret: PAYMENTS_SECRET },
    routerHeaders: { [CALLER_HEADER]: 'router', [SECRET_HEADER]: ROUTER_SECRET },
    register,
    login,
    async registerAdmin(email) {
      const { id } = await register(email);
      await database.query("UPDATE users SET role = 'ADMIN' WHERE id = $1", [id]);
      return (await login(email)) ?? fail(`${email} could not sign in`);
    },
    rowsOf: (table) => database.query(`SELECT * FROM ${table} ORDER BY 1`),
    async collide(table, sends) {
      const held = database.query(holdWriters(table, sends.length));
      const isHeld = `SELECT 1 FROM pg_locks
        WHERE relation = '${table}'::regclass AND mode = 'ExclusiveLock' AND granted`;
      while ((await database.query(isHeld)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const answers = await Promise.all(sends.map((send) => send()));
      await held;
      return answers;
    },
    async startReplica(more = {}) {
      const replica = await start(more);
      return {
        ...createSubgraphClient({ url: replica.url, secret: ROUTER_SECRET }),
        url: replica.url,
        stop: () => replica.stop(),
      };
    },
    async stop() {
      await service.stop();
      await database.stop();
    },
  };
}

/** What the tests ask of `SignedIn`, empty when the answer is another. */
type SignedInAnswer =
  | {
      readonly accessToken: string;
      readonly refreshToken: string;
      readonly user: { id: string; email: string };
    }
  | { readonly accessToken?: undefined };

function toSignedInUser(answer: SignedInAnswer): SignedInUser | undefined {
  if (answer.accessToken === undefined) {
    return undefined;
  }
  const { accessToken, refreshToken, user } = answer;
  return { ...user, accessToken, refreshToken, sessionId: refreshToken.split('.')[0] ?? '' };
}

async function queryFrom(
  url: string,
  ip: string,
  query: string,
  { variables = {}, token }: NonNullable<Parameters<SubgraphClient['query']>[1]>,
): Promise<SubgraphAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [CALLER_HEADER]: 'router',
      [SECRET_HEADER]: ROUTER_SECRET,
      'x-forwarded-client-ip': ip,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Pick<SubgraphAnswer, 'data' | 'errors'>;
  return { ...body, status: response.status, sqlStatements: undefined };
}

function fail(message: string): never {
  throw new Error(message);
}
