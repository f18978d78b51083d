import { startService, type RunningSubgraph } from '@supergraph/platform/graphql';
import type { Telemetry } from '@supergraph/platform/http';
import type { AdminConfiguration } from './config.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createContextFactory } from './resolvers/context.js';
import { resolvers } from './resolvers/index.js';
import { createStore } from './store/index.js';

/**
 * Starts the admin subgraph.
 *
 * @throws when the port is taken
 */
export function startAdmin(
  configuration: AdminConfiguration,
  telemetry: Telemetry,
): Promise<RunningSubgraph> {
  return startService({
    name: 'admin',
    configuration,
    telemetry,
    sdlFile: new URL('../schema.graphql', import.meta.url),
    open: ({ adapter }) => {
      const store = createStore(new PrismaClient({ adapter }));
      return { resolvers, createContext: createContextFactory({ store }) };
    },
  });
}
