import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createCallerVerifier, createTokenVerifier } from '@supergraph/platform/identity';
import type { AuthConfiguration } from './config.js';
import { createBackground } from './domain/background.js';
import { eraseUser } from './domain/erase-user.js';
import { createKeyRing } from './domain/key-ring.js';
import { createDomainServices } from './domain/services.js';
import { createConsumers } from './events/consumers.js';
import { createUserReplicaSource } from './events/user-replica-source.js';
import { eventSchemas } from './generated/events.js';
import { PrismaClient, type Prisma } from './generated/prisma/client.js';
import { chooseMailPort } from './mail/choose-mail-port.js';
import { addIntrospectionRoute } from './http/introspection-route.js';
import { addMailboxRoute } from './mail/mailbox-route.js';
import type { MailPort } from './mail/mail-port.js';
import { createContextFactory, type Context } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';
import { TRANSACTION_LIMITS } from './store/transaction-limits.js';

/**
 * Starts the auth subgraph.
 *
 * @param ports.mail how mails leave; when absent the configuration decides
 * @throws when the port is taken
 */
export function startAuth(
  configuration: AuthConfiguration,
  telemetry: Telemetry,
  ports: { readonly mail?: MailPort } = {},
): Promise<RunningSubgraph> {
  return startService<Context, Prisma.TransactionClient>({
    name: 'auth',
    configuration,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    eventSchemas,
    open: ({ database, outbox }) => {
      const prisma = new PrismaClient({ adapter: database.adapter });
      const store = createStore(prisma, outbox);
      const keyRing = createKeyRing(store.signingKeys, configuration.keyEncryptionSecret);
      const background = createBackground(telemetry.logger);
      const mails = chooseMailPort(configuration, store, ports.mail);
      const services = createDomainServices({ store, keyRing, background, mail: mails.mail }, configuration);
      const users = createUserReplicaSource(database.pool, configuration, telemetry.logger);
      return {
        resolvers,
        createContext: createContextFactory(services, {
          isEmbedded: configuration.common.mode === 'embedded',
        }),
        runInTransaction: (work) => prisma.$transaction(work, TRANSACTION_LIMITS),
        consumers: createConsumers({
          settings: store.settings,
          erase: (transaction, request) =>
            eraseUser({ ...services, erasures: store.erasures }, transaction, request),
        }),
        getKey: keyRing.getVerificationKey,
        routes: (app) => {
          app.get(users.paths, users.handle);
          app.get('/.well-known/jwks.json', async (_request, response) => {
            response.set('cache-control', 'public, max-age=60').json(await keyRing.publicKeySet());
          });
          addIntrospectionRoute(app, {
            verifyCaller: createCallerVerifier(configuration.callerSecrets),
            verifyToken: createTokenVerifier({
              getKey: keyRing.getVerificationKey,
              issuer: configuration.common.tokenIssuer,
              audience: configuration.common.tokenAudience,
            }),
            users: store.users,
            logger: telemetry.logger,
          });
          if (mails.keepsMails) {
            addMailboxRoute(app, store.outgoingMails);
          }
        },
        close: async () => {
          await background.idle();
          mails.close();
        },
      };
    },
  });
}
