import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { supergraphWithoutUnsupportedFeatures } from '@supergraph/schema/gateway-supergraph';
import type { Logger } from '@supergraph/platform/telemetry';
import { createPlanner, type Planner } from '../execution/plan/planner.js';

/**
 * Loads a supergraph with Apollo's gateway, which checks it and brings its query planner. The gateway's executor is
 * not used.
 *
 * @throws when the text is not a Federation 2 supergraph
 */
export async function loadPlanner(sdl: string, logger: Logger): Promise<Planner> {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraphWithoutUnsupportedFeatures(sdl),
    validateSupergraph: true,
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: false },
    logger: logger.child({ library: '@apollo/gateway' }, { level: quieter(logger.level) }),
    buildService: () => NO_SOURCE,
  });
  const { schema } = await gateway.load();
  const { queryPlanner } = gateway.__testing();
  if (queryPlanner === undefined) {
    throw new Error('The gateway library loaded the supergraph and made no query planner.');
  }
  return createPlanner(queryPlanner, schema);
}

const NO_SOURCE: GraphQLDataSource = {
  process: () => Promise.reject(new Error('The gateway library asked a subgraph by itself.')),
};

/** The library tells every step at `info`. */
function quieter(level: string): string {
  return level === 'info' ? 'warn' : level;
}
