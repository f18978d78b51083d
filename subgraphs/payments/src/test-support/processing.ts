import { createDatabase } from '@supergraph/platform/database';
import { createOutbox } from '@supergraph/platform/events';
import { createServiceClient } from '@supergraph/platform/service-client';
import { testTelemetry } from '@supergraph/platform/testing';
import { createUserDirectory } from '../clients/user-directory.js';
import type { ProcessingContext } from '../domain/process-payments.js';
import { contracts } from '../events/contracts.js';
import { PrismaClient } from '../generated/prisma/client.js';
import type { PaymentProvider } from '../provider/payment-provider.js';
import { createTestProviderBooks } from '../provider/test-provider-books.js';
import { createTestProvider } from '../provider/test-provider.js';
import type { ProviderEvent } from '../provider/webhook-event.js';
import { createStore } from '../store/index.js';
import type { PaymentsFixture } from './payments-fixture.js';

/** What one more replica's worker works with, over the fixture's database and the same provider's books. */
export interface Replica {
  readonly context: ProcessingContext;
  /** What the provider was asked for by this replica: `charge KEY`, `find KEY`, `refund KEY`. */
  readonly calls: string[];
  /** The webhooks that the provider sent to this replica. */
  readonly events: ProviderEvent[];
  stop(): Promise<void>;
}

/** What a replica needs of the fixture; a process of its own is given as much. */
export interface ReplicaSurroundings {
  readonly database: Pick<PaymentsFixture['database'], 'serviceUrl'>;
  readonly auth: Pick<PaymentsFixture['auth'], 'port' | 'secret'>;
}

/**
 * Opens a replica without HTTP, whose rounds the test runs by hand.
 *
 * @param options.wrap puts something between the replica and the provider, such as a crash
 * @param options.leaseMilliseconds 0 when not given, so that the next round asks again
 */
export function openReplica(
  fixture: ReplicaSurroundings,
  options: {
    readonly wrap?: (provider: PaymentProvider) => PaymentProvider;
    readonly leaseMilliseconds?: number;
    readonly lateMilliseconds?: number;
  } = {},
): Replica {
  const telemetry = testTelemetry('payments');
  const database = createDatabase({ url: fixture.database.serviceUrl, schema: 'payments', ...telemetry });
  const prisma = new PrismaClient({ adapter: database.adapter });
  const auth = createServiceClient({
    caller: 'payments',
    service: 'auth',
    urls: [`http://127.0.0.1:${fixture.auth.port}/graphql`],
    secret: fixture.auth.secret,
    logger: telemetry.logger,
    timeoutMilliseconds: 10_000,
  });
  const calls: string[] = [];
  const events: ProviderEvent[] = [];
  const provider = createTestProvider({
    books: createTestProviderBooks(prisma),
    deliver: async (event) => void events.push(event),
    logger: telemetry.logger,
    lateMilliseconds: options.lateMilliseconds ?? 0,
    timeoutMilliseconds: 0,
  });
  const wrapped = (options.wrap ?? ((same) => same))(provider);
  return {
    calls,
    events,
    context: {
      store: createStore(prisma, createOutbox({ source: 'payments', contracts })),
      users: createUserDirectory(auth),
      logger: telemetry.logger,
      leaseMilliseconds: options.leaseMilliseconds ?? 0,
      provider: {
        charge(order) {
          calls.push(`charge ${order.key}`);
          return wrapped.charge(order);
        },
        find(key) {
          calls.push(`find ${key}`);
          return wrapped.find(key);
        },
        refund(order) {
          calls.push(`refund ${order.key}`);
          return wrapped.refund(order);
        },
        stop: () => wrapped.stop(),
      },
    },
    async stop() {
      await Promise.all([provider.stop(), auth.close()]);
      await database.close();
    },
  };
}

/** The sums of the whole ledger that are not zero: none. */
export function unbalancedSums(fixture: PaymentsFixture): Promise<unknown[]> {
  return fixture.database.query(
    `SELECT currency, transition_id FROM ledger_entries
     GROUP BY GROUPING SETS ((currency), (currency, transition_id)) HAVING sum(amount) <> 0`,
  );
}
