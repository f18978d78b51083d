import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  createSubgraphClient,
  startServiceDatabase,
  startTestIdentity,
  testTelemetry,
  type ServiceDatabase,
  type SubgraphClient,
  type TestEventSource,
  type TestIdentity,
} from '@supergraph/platform/testing';
import { readConfiguration } from './config.js';
import { startProfile } from './server.js';

const SECRET = 'the-secret-of-the-router-in-a-test';

/** The real subgraph over a real database, with a signer of tokens beside it. */
export interface TestProfile {
  readonly client: SubgraphClient;
  readonly database: ServiceDatabase;
  readonly identity: TestIdentity;
  /** Every row of both tables, to see that nothing was written. */
  readTables(): Promise<unknown>;
  /** Everything that was told about a user, in order. */
  readTold(userId: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>;
  /**
   * Lets `count` requests that write profiles meet: all have read and none has written when the first goes on.
   *
   * @param send sends one of them
   * @param table at which they wait for one another, `profiles` when not given
   */
  collide<Answer>(
    count: number,
    send: (index: number) => Promise<Answer>,
    table?: string,
  ): Promise<ReadonlyArray<Answer>>;
  /** How many statements wait for a lock right now. */
  countWaiting(): Promise<number>;
  /** Somebody new, signed in, with a profile of version 1. */
  newOwner(): Promise<{ readonly userId: string; readonly token: string }>;
  stop(): Promise<void>;
}

/** Keeps writers, not readers, out of a table until so many of them wait. */
const holdWriters = (table: string, count: number): string => `DO $$ BEGIN
  LOCK TABLE ${table} IN SHARE MODE;
  FOR attempt IN 1..1000 LOOP
    PERFORM pg_stat_clear_snapshot();
    IF (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock') >= ${count} THEN
      RETURN;
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
  RAISE 'the writers did not come';
END $$`;
const WRITERS_ARE_HELD = `SELECT 1 FROM pg_locks
  WHERE relation = $1::regclass AND mode = 'ShareLock' AND granted`;

/**
 * Starts all of it on free ports of the loopback.
 *
 * @param auth whose events are heard; nobody's when not given
 */
export async function startTestProfile(auth?: TestEventSource): Promise<TestProfile> {
  const database = await startServiceDatabase('profile', fileURLToPath(new URL('..', import.meta.url)));
  const identity = await startTestIdentity();
  const subgraph = await startProfile(
    readConfiguration({
      PROFILE_PORT: '0',
      PROFILE_DATABASE_URL: database.serviceUrl,
      PROFILE_SECRET_FROM_ROUTER: SECRET,
      AUTH_JWKS_URL: identity.jwksUrl,
      AUTH_URLS: auth?.graphqlUrl ?? 'http://127.0.0.1:9/graphql',
      AUTH_SECRET_FROM_PROFILE: auth?.secret ?? 'a-secret-of-an-absent-event-source!!',
      TOKEN_ISSUER: identity.issuer,
      TOKEN_AUDIENCE: identity.audience,
    }),
    testTelemetry('profile'),
  );
  const client = createSubgraphClient({ url: subgraph.url, secret: SECRET });
  // Prisma loads its compiler at the first statement, which Jest allows inside of a hook or test only.
  await client.entities([{ __typename: 'User', id: randomUUID() }], '... on User { profile { id } }');
  return {
    client,
    database,
    identity,
    readTables: async () => ({
      profiles: await database.query('SELECT * FROM profiles ORDER BY id'),
      preferences: await database.query('SELECT * FROM preferences ORDER BY profile_id'),
    }),
    readTold: (userId) =>
      database.query(
        `SELECT type, aggregate_type, aggregate_id, data, entities, actor, client_ip, client_user_agent
           FROM outbox WHERE data ->> 'userId' = $1 ORDER BY sequence`,
        [userId],
      ),
    async collide(count, send, table = 'profiles') {
      const held = database.query(holdWriters(table, count));
      while ((await database.query(WRITERS_ARE_HELD, [table])).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
      await held;
      return answers;
    },
    async countWaiting() {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
      );
      return row?.count ?? 0;
    },
    async newOwner() {
      const userId = randomUUID();
      const token = await identity.tokenFor({ userId });
      await client.query('{ myProfile { id } }', { token });
      return { userId, token };
    },
    async stop() {
      await subgraph.stop();
      await identity.stop();
      await database.stop();
    },
  };
}
