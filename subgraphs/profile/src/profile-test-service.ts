import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  createSubgraphClient,
  startServiceDatabase,
  startTestIdentity,
  testTelemetry,
  type ServiceDatabase,
  type SubgraphClient,
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
  /**
   * Lets `count` requests that write profiles meet: all have read and none has written when the first goes on.
   *
   * @param send sends one of them
   */
  collide<Answer>(count: number, send: (index: number) => Promise<Answer>): Promise<ReadonlyArray<Answer>>;
  /** Somebody new, signed in, with a profile of version 1. */
  newOwner(): Promise<{ readonly userId: string; readonly token: string }>;
  stop(): Promise<void>;
}

/** Keeps writers, not readers, out of `profiles` until so many of them wait. */
const holdWriters = (count: number): string => `DO $$ BEGIN
  LOCK TABLE profiles IN SHARE MODE;
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
  WHERE relation = 'profiles'::regclass AND mode = 'ShareLock' AND granted`;

/** Starts all of it on free ports of the loopback. */
export async function startTestProfile(): Promise<TestProfile> {
  const database = await startServiceDatabase('profile', fileURLToPath(new URL('..', import.meta.url)));
  const identity = await startTestIdentity();
  const subgraph = await startProfile(
    readConfiguration({
      PROFILE_PORT: '0',
      PROFILE_DATABASE_URL: database.serviceUrl,
      PROFILE_SECRET_FROM_ROUTER: SECRET,
      AUTH_JWKS_URL: identity.jwksUrl,
      AUTH_URLS: 'http://127.0.0.1:9/graphql',
      AUTH_SECRET_FROM_PROFILE: 'a-secret-of-an-absent-event-source!!',
      TOKEN_ISSUER: identity.issuer,
      TOKEN_AUDIENCE: identity.audience,
    }),
    testTelemetry('profile'),
  );
  const client = createSubgraphClient({ url: subgraph.url, secret: SECRET });
  return {
    client,
    database,
    identity,
    readTables: async () => ({
      profiles: await database.query('SELECT * FROM profiles ORDER BY id'),
      preferences: await database.query('SELECT * FROM preferences ORDER BY profile_id'),
    }),
    async collide(count, send) {
      const held = database.query(holdWriters(count));
      while ((await database.query(WRITERS_ARE_HELD)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
      await held;
      return answers;
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
