import { readFileSync } from 'node:fs';
import { createDatabase } from '@supergraph/platform/database';
import { startSubgraph, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createTokenVerifier } from '@supergraph/platform/identity';
import type { AuthConfiguration } from './config.js';
import { createBackground } from './domain/background.js';
import { createKeyRing } from './domain/key-ring.js';
import { createDomainServices } from './domain/services.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createMailbox } from './mail/mailbox.js';
import { addMailboxRoute } from './mail/mailbox-route.js';
import { refusingMailPort, type MailPort } from './mail/mail-port.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';

/**
 * Starts the auth subgraph.
 *
 * @param ports.mail how mails leave; when absent the embedded default keeps them for the developer, and production
 *   refuses them and says so in the log
 * @throws when the port is taken
 */
export async function startAuth(
  configuration: AuthConfiguration,
  telemetry: Telemetry,
  ports: { readonly mail?: MailPort } = {},
): Promise<RunningSubgraph> {
  const { common } = configuration;
  const database = createDatabase({ url: configuration.databaseUrl, schema: 'auth', ...telemetry });
  const store = createStore(new PrismaClient({ adapter: database.adapter }));
  const keyRing = createKeyRing(store.signingKeys, configuration.keyEncryptionSecret);
  const background = createBackground(telemetry.logger);
  const keepsMails = ports.mail === undefined && common.mode === 'embedded';
  const mail = ports.mail ?? (keepsMails ? createMailbox(store.outgoingMails) : refusingMailPort);
  const services = createDomainServices({ store, keyRing, background, mail }, configuration);

  try {
    const subgraph = await startSubgraph({
      name: 'auth',
      port: configuration.port,
      common,
      sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
      resolvers,
      createContext: createContextFactory(services),
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
        if (keepsMails) {
          addMailboxRoute(app, store.outgoingMails);
        }
      },
    });
    return {
      url: subgraph.url,
      async stop() {
        await subgraph.stop();
        await background.idle();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
