import { readFileSync } from 'node:fs';
import { createDatabase } from '@supergraph/platform/database';
import { startSubgraph, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createRemoteKeys, createTokenVerifier } from '@supergraph/platform/identity';
import type { ProfileConfiguration } from './config.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';

/**
 * Starts the profile subgraph.
 *
 * @throws when the port is taken
 */
export async function startProfile(
  configuration: ProfileConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  const { common } = configuration;
  const database = createDatabase({ url: configuration.databaseUrl, schema: 'profile', ...telemetry });
  const store = createStore(new PrismaClient({ adapter: database.adapter }));
  const keys = createRemoteKeys(configuration.jwksUrl, telemetry.logger);
  const release = async (): Promise<void> => {
    keys.stop();
    await database.close();
  };

  try {
    const subgraph = await startSubgraph({
      name: 'profile',
      port: configuration.port,
      common,
      sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
      resolvers,
      createContext: createContextFactory({ store }),
      callerSecrets: configuration.callerSecrets,
      verifyToken: createTokenVerifier({
        getKey: keys.getKey,
        issuer: common.tokenIssuer,
        audience: common.tokenAudience,
      }),
      readiness: { database: () => database.check() },
      ...telemetry,
    });
    return {
      url: subgraph.url,
      async stop() {
        await subgraph.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
