import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import type { AuthConfiguration } from './config.js';
import { createBackground } from './domain/background.js';
import { createKeyRing } from './domain/key-ring.js';
import { createDomainServices } from './domain/services.js';
import { eventSchemas } from './generated/events.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createMailbox } from './mail/mailbox.js';
import { addMailboxRoute } from './mail/mailbox-route.js';
import { refusingMailPort, type MailPort } from './mail/mail-port.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';
import { TRANSACTION_LIMITS } from './store/transaction-limits.js';

/**
 * Starts the auth subgraph.
 *
 * @param ports.mail how mails leave; when absent the embedded default keeps them for the developer, and production
 *   refuses them and says so in the log
 * @throws when the port is taken
 */
export function startAuth(
  configuration: AuthConfiguration,
  telemetry: Telemetry,
  ports: { readonly mail?: MailPort } = {},
): Promise<RunningSubgraph> {
  return startService({
    name: 'auth',
    configuration,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    eventSchemas,
    open: ({ database }) => {
      const prisma = new PrismaClient({ adapter: database.adapter });
      const store = createStore(prisma);
      const keyRing = createKeyRing(store.signingKeys, configuration.keyEncryptionSecret);
      const background = createBackground(telemetry.logger);
      const keepsMails = ports.mail === undefined && configuration.common.mode === 'embedded';
      const mail = ports.mail ?? (keepsMails ? createMailbox(store.outgoingMails) : refusingMailPort);
      const services = createDomainServices({ store, keyRing, background, mail }, configuration);
      return {
        resolvers,
        createContext: createContextFactory(services),
        runInTransaction: (work) => prisma.$transaction(work, TRANSACTION_LIMITS),
        consumers: [],
        getKey: keyRing.getVerificationKey,
        routes: (app) => {
          app.get('/.well-known/jwks.json', async (_request, response) => {
            response.set('cache-control', 'public, max-age=60').json(await keyRing.publicKeySet());
          });
          if (keepsMails) {
            addMailboxRoute(app, store.outgoingMails);
          }
        },
        close: () => background.idle(),
      };
    },
  });
}
