import { fileURLToPath } from 'node:url';
import {
  createSubgraphClient,
  startServiceDatabase,
  testTelemetry,
  type ServiceDatabase,
  type SubgraphClient,
} from '@supergraph/platform/testing';
import { readConfiguration } from './config.js';
import { startAuth } from './server.js';

const ROUTER_SECRET = 'a-secret-of-the-router-for-tests-only';
const PAYMENTS_SECRET = 'a-secret-of-payments-for-tests-only!!';

/** Auth as tests see it: the real service over HTTP on a real database. */
export interface AuthUnderTest {
  readonly url: string;
  readonly database: ServiceDatabase;
  /** Asks as the router. */
  readonly client: SubgraphClient;
  /** Asks as the payments service. */
  readonly payments: SubgraphClient;
  stop(): Promise<void>;
}

/** Starts auth for a test file. */
export async function startAuthUnderTest(
  environment: Readonly<Record<string, string>> = {},
): Promise<AuthUnderTest> {
  const database = await startServiceDatabase('auth', fileURLToPath(new URL('..', import.meta.url)));
  const configuration = readConfiguration({
    AUTH_PORT: '0',
    AUTH_DATABASE_URL: database.serviceUrl,
    AUTH_KEY_ENCRYPTION_SECRET: 'a-key-encryption-secret-for-tests',
    AUTH_SECRET_FROM_ROUTER: ROUTER_SECRET,
    AUTH_SECRET_FROM_PAYMENTS: PAYMENTS_SECRET,
    DRAIN_MILLISECONDS: '500',
    ...environment,
  });
  const service = await startAuth(configuration, testTelemetry('auth'));
  return {
    url: service.url,
    database,
    client: createSubgraphClient({ url: service.url, secret: ROUTER_SECRET }),
    payments: createSubgraphClient({ url: service.url, caller: 'payments', secret: PAYMENTS_SECRET }),
    async stop() {
      await service.stop();
      await database.stop();
    },
  };
}
