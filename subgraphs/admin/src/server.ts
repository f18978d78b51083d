import { rebuildReplica } from '@supergraph/platform/events';
import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import { createCallerVerifier, createRemoteKeys, createTokenVerifier } from '@supergraph/platform/identity';
import { reportGauge } from '@supergraph/platform/telemetry';
import type { AdminConfiguration } from './config.js';
import { remindOfErasures } from './domain/remind-of-erasures.js';
import { createConsumers } from './events/consumers.js';
import { withUsersReplica } from './events/reach-users.js';
import { USERS } from './events/replicas.js';
import { eventSchemas } from './generated/events.js';
import { PrismaClient, type Prisma } from './generated/prisma/client.js';
import { addExportRoute } from './http/export-route.js';
import { createContextFactory, type Context } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';
import { TRANSACTION_LIMITS } from './store/transaction-limits.js';
import { startFillingUsers, type Filling } from './worker/fill-users.js';
import { startReminders, type Reminders } from './worker/reminders.js';

/** Often enough to notice soon, seldom enough to cost nothing. */
const MAXIMUM_REMINDER_PAUSE_MILLISECONDS = 30_000;

/** How long to wait for auth, which may start at the same moment. */
const FILLING_PAUSE_MILLISECONDS = 1_000;

/**
 * Starts the admin subgraph.
 *
 * @throws when the port is taken
 */
export function startAdmin(
  configuration: AdminConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  const { logger, metrics } = telemetry;
  const { jwksUrl, erasureStepMilliseconds: stepMilliseconds, ...service } = configuration;
  // One set of keys for the graph and for the export.
  const keys = createRemoteKeys(jwksUrl, logger);
  return startService<Context, Prisma.TransactionClient>({
    name: 'admin',
    configuration: service,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    eventSchemas,
    open: ({ database, outbox, currentAt }) => {
      const prisma = new PrismaClient({ adapter: database.adapter });
      const store = createStore(prisma, outbox);
      const { sources } = service.events;
      let reminders: Reminders | undefined;
      let filling: Filling | undefined;
      reportGauge(metrics, {
        name: 'erasure_steps_overdue',
        help: 'Steps of erasures that take longer than they may.',
        read: () => store.erasureSteps.countOverdue(new Date()),
      });
      return {
        resolvers,
        createContext: createContextFactory({ store, stepMilliseconds, usersAsOf: () => currentAt(USERS) }),
        runInTransaction: (work) => prisma.$transaction(work, TRANSACTION_LIMITS),
        consumers: createConsumers({
          store,
          database,
          sources,
          time: { stepMilliseconds },
        }),
        getKey: keys.getKey,
        routes: (app) =>
          addExportRoute(app, {
            store,
            verifyCaller: createCallerVerifier(service.callerSecrets),
            verifyToken: createTokenVerifier({
              getKey: keys.getKey,
              issuer: service.common.tokenIssuer,
              audience: service.common.tokenAudience,
            }),
            logger,
          }),
        start() {
          reminders = startReminders({
            look: () => remindOfErasures(store, logger),
            pauseMilliseconds: Math.min(MAXIMUM_REMINDER_PAUSE_MILLISECONDS, stepMilliseconds / 4),
            logger,
          });
          filling = startFillingUsers({
            pool: database.pool,
            rebuild: () => withUsersReplica({ database, sources }, rebuildReplica),
            logger,
            pauseMilliseconds: FILLING_PAUSE_MILLISECONDS,
          });
        },
        async stop() {
          await Promise.all([reminders?.stop(), filling?.stop()]);
        },
        close: async () => keys.stop(),
      };
    },
  });
}
