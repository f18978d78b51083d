import type { TransactionRunner } from '@supergraph/platform/events';
import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createServiceClient } from '@supergraph/platform/service-client';
import { createUserDirectory } from './clients/user-directory.js';
import type { PaymentsConfiguration } from './config.js';
import { receiveProviderEvent } from './domain/receive-provider-event.js';
import type { ProcessingContext } from './domain/process-payments.js';
import { createConsumers } from './events/consumers.js';
import { PAYERS } from './events/replicas.js';
import { eventSchemas } from './generated/events.js';
import { PrismaClient, type Prisma } from './generated/prisma/client.js';
import { addDeveloperRoutes } from './http/developer-routes.js';
import { addWebhookRoute, WEBHOOK_PATH } from './http/webhook-route.js';
import { deliverWebhook } from './provider/deliver-webhook.js';
import { createTestProvider } from './provider/test-provider.js';
import { createTestProviderBooks } from './provider/test-provider-books.js';
import { createContextFactory, type Context } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';
import { TRANSACTION_LIMITS } from './store/transaction-limits.js';
import { doRound } from './worker/round.js';
import { startWorker, type Worker } from './worker/worker.js';

/** How long the test provider keeps a late outcome to itself. */
const LATE_MILLISECONDS = 3_000;
/** How long a lost answer of the provider is waited for; less than what the router gives this service. */
const PROVIDER_TIMEOUT_MILLISECONDS = 1_000;
/** Less than what the router gives this service, so that a silent auth still leaves time for an answer. */
const AUTH_TIMEOUT_MILLISECONDS = 2_000;

/**
 * Starts the payments subgraph.
 *
 * @throws when the port is taken
 */
export function startPayments(
  configuration: PaymentsConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  const { logger } = telemetry;
  return startService<Context, Prisma.TransactionClient>({
    name: 'payments',
    configuration,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    eventSchemas,
    open: ({ database, outbox, currentAt }) => {
      const prisma = new PrismaClient({ adapter: database.adapter });
      const store = createStore(prisma, outbox);
      const auth = createServiceClient({
        caller: 'payments',
        service: 'auth',
        urls: configuration.authUrls,
        secret: configuration.authSecret,
        logger,
        timeoutMilliseconds: AUTH_TIMEOUT_MILLISECONDS,
      });
      const runInTransaction: TransactionRunner<Prisma.TransactionClient> = (work) =>
        prisma.$transaction(work, TRANSACTION_LIMITS);
      let ownUrl = '';
      let worker: Worker | undefined;
      const provider = createTestProvider({
        books: createTestProviderBooks(prisma),
        deliver: (event) => deliverWebhook(`${ownUrl}${WEBHOOK_PATH}`, configuration.webhookSecret, event),
        logger,
        lateMilliseconds: LATE_MILLISECONDS,
        timeoutMilliseconds: PROVIDER_TIMEOUT_MILLISECONDS,
      });
      const processing: ProcessingContext = {
        store,
        provider,
        users: createUserDirectory(auth),
        logger,
        leaseMilliseconds: configuration.leaseMilliseconds,
      };
      return {
        resolvers,
        // auth is not asked for readiness: without it payments still lists, shows and cancels.
        createContext: createContextFactory({
          ...processing,
          payersAsOf: () => currentAt(PAYERS),
          processingDelayMilliseconds: configuration.processingDelayMilliseconds,
        }),
        runInTransaction,
        consumers: createConsumers({
          outbox,
          settings: store.settings,
          database,
          sources: configuration.events.sources,
          runInTransaction,
        }),
        routes(app) {
          addWebhookRoute(app, {
            secret: configuration.webhookSecret,
            receive: (event) => receiveProviderEvent(processing, event),
            logger,
          });
          if (configuration.common.mode === 'embedded') {
            const { webhookSecret } = configuration;
            addDeveloperRoutes(app, { processing, webhookSecret, ownUrl: () => ownUrl });
          }
        },
        start(url) {
          ownUrl = url;
          worker = configuration.hasWorker
            ? startWorker({
                round: () => doRound(processing),
                pauseMilliseconds: configuration.pollMilliseconds,
                logger,
              })
            : undefined;
        },
        stop: async () => worker?.stop(),
        close: async () => {
          await Promise.all([auth.close(), provider.stop()]);
        },
      };
    },
  });
}
