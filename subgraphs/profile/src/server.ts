import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import type { ProfileConfiguration } from './config.js';
import { eventSchemas } from './generated/events.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createContextFactory } from './resolvers/context.js';
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
  return startService({
    name: 'profile',
    configuration,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    eventSchemas,
    open: ({ database }) => {
      const prisma = new PrismaClient({ adapter: database.adapter });
      const store = createStore(prisma);
      return {
        resolvers,
        createContext: createContextFactory({ store }),
        runInTransaction: (work) => prisma.$transaction(work, TRANSACTION_LIMITS),
        consumers: [],
      };
    },
  });
}
