import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import type { ProfileConfiguration } from './config.js';
import { createConsumers } from './events/consumers.js';
import { eventSchemas } from './generated/events.js';
import { PrismaClient, type Prisma } from './generated/prisma/client.js';
import { createContextFactory, type Context } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';
import { TRANSACTION_LIMITS } from './store/transaction-limits.js';

/**
 * Starts the profile subgraph.
 *
 * @throws when the port is taken
 */
export function startProfile(
  configuration: ProfileConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  return startService<Context, Prisma.TransactionClient>({
    name: 'profile',
    configuration,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    eventSchemas,
    open: ({ database, outbox }) => {
      const prisma = new PrismaClient({ adapter: database.adapter });
      const store = createStore(prisma, outbox);
      return {
        resolvers,
        createContext: createContextFactory({ store }),
        runInTransaction: (work) => prisma.$transaction(work, TRANSACTION_LIMITS),
        consumers: createConsumers(store, configuration.events.sources),
      };
    },
  });
}
