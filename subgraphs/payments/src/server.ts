import { readFileSync } from 'node:fs';
import { createDatabase } from '@supergraph/platform/database';
import { startSubgraph, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createRemoteKeys, createTokenVerifier } from '@supergraph/platform/identity';
import { createServiceClient } from '@supergraph/platform/service-client';
import { createUserDirectory } from './clients/user-directory.js';
import type { PaymentsConfiguration } from './config.js';
import { receiveProviderEvent } from './domain/receive-provider-event.js';
import type { ProcessingContext } from './domain/process-payments.js';
import { PrismaClient } from './generated/prisma/client.js';
import { addWebhookRoute, WEBHOOK_PATH } from './http/webhook-route.js';
import { deliverWebhook } from './provider/deliver-webhook.js';
import { createTestProvider } from './provider/test-provider.js';
import { createTestProviderBooks } from './provider/test-provider-books.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';
import { doRound } from './worker/round.js';
import { startWorker } from './worker/worker.js';

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
export async function startPayments(
  configuration: PaymentsConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  const { common } = configuration;
  const database = createDatabase({ url: configuration.databaseUrl, schema: 'payments', ...telemetry });
  const keys = createRemoteKeys(configuration.jwksUrl, telemetry.logger);
  const auth = createServiceClient({
    caller: 'payments',
    service: 'auth',
    urls: configuration.authUrls,
    secret: configuration.authSecret,
    logger: telemetry.logger,
    timeoutMilliseconds: AUTH_TIMEOUT_MILLISECONDS,
  });
  const prisma = new PrismaClient({ adapter: database.adapter });
  const store = createStore(prisma);
  let ownUrl = '';
  const provider = createTestProvider({
    books: createTestProviderBooks(prisma),
    deliver: (event) => deliverWebhook(`${ownUrl}${WEBHOOK_PATH}`, configuration.webhookSecret, event),
    logger: telemetry.logger,
    lateMilliseconds: LATE_MILLISECONDS,
    timeoutMilliseconds: PROVIDER_TIMEOUT_MILLISECONDS,
  });
  const processing: ProcessingContext = {
    store,
    provider,
    logger: telemetry.logger,
    leaseMilliseconds: configuration.leaseMilliseconds,
  };
  const close = async (): Promise<void> => {
    keys.stop();
    await Promise.all([auth.close(), provider.stop(), database.close()]);
  };
  try {
    const subgraph = await startSubgraph({
      name: 'payments',
      port: configuration.port,
      common,
      sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
      resolvers,
      createContext: createContextFactory({
        ...processing,
        users: createUserDirectory(auth),
        processingDelayMilliseconds: configuration.processingDelayMilliseconds,
      }),
      callerSecrets: configuration.callerSecrets,
      verifyToken: createTokenVerifier({
        getKey: keys.getKey,
        issuer: common.tokenIssuer,
        audience: common.tokenAudience,
      }),
      // auth is not among them: without it payments still lists, shows and cancels.
      readiness: { database: () => database.check() },
      ...telemetry,
      routes: (app) =>
        addWebhookRoute(app, {
          secret: configuration.webhookSecret,
          receive: (event) => receiveProviderEvent(processing, event),
          logger: telemetry.logger,
        }),
    });
    ownUrl = subgraph.url;
    const worker = configuration.hasWorker
      ? startWorker({
          round: () => doRound(processing),
          pauseMilliseconds: configuration.pollMilliseconds,
          logger: telemetry.logger,
        })
      : undefined;
    return {
      url: subgraph.url,
      async stop() {
        await Promise.all([subgraph.stop(), worker?.stop()]);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
