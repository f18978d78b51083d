import { readFileSync } from 'node:fs';
import { createDatabase } from '@supergraph/platform/database';
import { startSubgraph, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createTokenVerifier } from '@supergraph/platform/identity';
import type { AuthConfiguration } from './config.js';
import { createKeyRing } from './domain/key-ring.js';
import { createTokenIssuer } from './domain/token-issuer.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';

/**
 * Starts the auth subgraph.
 *
 * @throws when the port is taken
 */
export async function startAuth(
  configuration: AuthConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  const { common } = configuration;
  const database = createDatabase({ url: configuration.databaseUrl, schema: 'auth', ...telemetry });
  const store = createStore(new PrismaClient({ adapter: database.adapter }));
  const keyRing = createKeyRing(store.signingKeys, configuration.keyEncryptionSecret);
  const tokenIssuer = createTokenIssuer(keyRing, configuration);

  try {
    const subgraph = await startSubgraph({
      name: 'auth',
      port: configuration.port,
      common,
      sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
      resolvers,
      createContext: createContextFactory({ store, tokenIssuer }),
      callerSecrets: configuration.callerSecrets,
      verifyToken: createTokenVerifier({
        getKey: keyRing.getVerificationKey,
        issuer: common.tokenIssuer,
        audience: common.tokenAudience,
      }),
      readiness: { database: () => database.check() },
      ...telemetry,
      routes: (app) => {
        app.get('/.well-known/jwks.json', async (_request, response) => {
          response.set('cache-control', 'public, max-age=60').json(await keyRing.publicKeySet());
        });
      },
    });
    return {
      url: subgraph.url,
      async stop() {
        await subgraph.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
