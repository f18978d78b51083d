import { readFileSync } from 'node:fs';
import { createDatabase } from '@supergraph/platform/database';
import { startSubgraph, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createRemoteKeys, createTokenVerifier } from '@supergraph/platform/identity';
import { createServiceClient } from '@supergraph/platform/service-client';
import { createUserDirectory } from './clients/user-directory.js';
import type { PaymentsConfiguration } from './config.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';

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
  const close = async (): Promise<void> => {
    keys.stop();
    await Promise.all([auth.close(), database.close()]);
  };
  try {
    const subgraph = await startSubgraph({
      name: 'payments',
      port: configuration.port,
      common,
      sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
      resolvers,
      createContext: createContextFactory({
        store: createStore(new PrismaClient({ adapter: database.adapter })),
        users: createUserDirectory(auth),
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
    });
    return {
      url: subgraph.url,
      async stop() {
        await subgraph.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
