import { fileURLToPath } from 'node:url';
import { createDatabase } from '@supergraph/platform/database';
import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
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
import { v7 as uuidv7 } from 'uuid';
import { createOutbox } from '@supergraph/platform/events';
import { readConfiguration } from './config.js';
import { appendAuditEntry } from './domain/append-audit-entry.js';
import type { AuditEvent } from './domain/audit-chain.js';
import { verifyChain, type ChainReport } from './domain/verify-chain.js';
import { contracts } from './events/contracts.js';
import { PrismaClient } from './generated/prisma/client.js';
import { startAdmin } from './server.js';
import { createStore, type Store } from './store/index.js';

const ROUTER_SECRET = 'a-secret-of-the-router-for-tests-only';
const PAYMENTS_SECRET = 'a-secret-of-payments-for-tests-only!!';

/** Admin as tests see it: the real service over HTTP on a real database. */
export interface AdminUnderTest {
  readonly url: string;
  readonly database: ServiceDatabase;
  readonly identity: TestIdentity;
  /** Asks as the router. */
  readonly client: SubgraphClient;
  /** Asks as another service. */
  readonly payments: SubgraphClient;
  /** A second way to the same tables, as the service's own role. */
  readonly store: Store;
  /** Headers of a request from the router. */
  readonly routerHeaders: Readonly<Record<string, string>>;
  /** Appends entries as the service does. */
  append(events: ReadonlyArray<Partial<AuditEvent>>): Promise<void>;
  verify(): Promise<ChainReport>;
  stop(): Promise<void>;
}

/** Who tells events that admin hears. */
export type TestSources = Readonly<Record<'auth' | 'profile' | 'payments', TestEventSource>>;

/**
 * Starts admin for a test file.
 *
 * @param options.sources whose events are heard; nobody's when not given
 * @param options.environment variables beside the usual ones
 */
export async function startAdminUnderTest(
  options: { readonly sources?: TestSources; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<AdminUnderTest> {
  const database = await startServiceDatabase('admin', fileURLToPath(new URL('..', import.meta.url)));
  const identity = await startTestIdentity();
  const telemetry = testTelemetry('admin');
  const service = await startAdmin(
    readConfiguration({
      ADMIN_PORT: '0',
      ADMIN_DATABASE_URL: database.serviceUrl,
      ADMIN_SECRET_FROM_ROUTER: ROUTER_SECRET,
      ADMIN_SECRET_FROM_PAYMENTS: PAYMENTS_SECRET,
      AUTH_JWKS_URL: identity.jwksUrl,
      ...Object.fromEntries(
        (['auth', 'profile', 'payments'] as const).flatMap((name) => [
          [`${name.toUpperCase()}_URLS`, options.sources?.[name].graphqlUrl ?? 'http://127.0.0.1:9/graphql'],
          [
            `${name.toUpperCase()}_SECRET_FROM_ADMIN`,
            options.sources?.[name].secret ?? 'a-secret-of-an-absent-event-source!!',
          ],
        ]),
      ),
      DRAIN_MILLISECONDS: '500',
      ...options.environment,
    }),
    telemetry,
  );
  const direct = createDatabase({ url: database.serviceUrl, schema: 'admin', ...telemetry });
  const store = createStore(
    new PrismaClient({ adapter: direct.adapter }),
    createOutbox({ source: 'admin', contracts }),
  );
  // Prisma loads its compiler at the first statement, which Jest allows inside of a hook or test only.
  await store.settings.list();
  return {
    url: service.url,
    database,
    identity,
    client: createSubgraphClient({ url: service.url, secret: ROUTER_SECRET }),
    payments: createSubgraphClient({ url: service.url, caller: 'payments', secret: PAYMENTS_SECRET }),
    store,
    routerHeaders: {
      'content-type': 'application/json',
      [CALLER_HEADER]: 'router',
      [SECRET_HEADER]: ROUTER_SECRET,
    },
    async append(events) {
      // In portions, since a transaction may not take as long as it likes.
      for (let begin = 0; begin < events.length; begin += 50) {
        await store.inTransaction(async ({ auditChain }) => {
          for (const event of events.slice(begin, begin + 50)) {
            await appendAuditEntry(auditChain, {
              ...DEFAULT_EVENT,
              id: uuidv7(),
              occurredAt: new Date(),
              ...event,
            });
          }
        });
      }
    },
    verify: () => verifyChain((after) => store.auditChain.read(after, 7)),
    async stop() {
      await service.stop();
      await direct.close();
      await identity.stop();
      await database.stop();
    },
  };
}

const DEFAULT_EVENT = {
  action: 'test.happened',
  resourceType: 'test',
  resourceId: 'one',
  actorId: null,
  ip: '192.0.2.7',
  userAgent: 'Browser/1.0',
  details: { note: 'made by a test' },
} as const;
