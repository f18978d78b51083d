import { ApolloGateway } from '@apollo/gateway';
import { supergraphWithoutUnsupportedFeatures } from '@supergraph/schema/gateway-supergraph';
import type { Logger } from '@supergraph/platform/telemetry';
import type { GraphQLSchema } from 'graphql';
import type { RouterConfiguration } from '../configuration.js';
import type { SubgraphClient } from '../transport/subgraph-client.js';
import type { SubgraphClients } from '../transport/subgraph-clients.js';
import { executeCompletely } from './execute-completely.js';
import { readSubgraphs } from './read-subgraphs.js';
import { SubgraphDataSource } from './subgraph-data-source.js';

/** Executes one operation; what Apollo Server asks of a gateway. */
export type Executor = ApolloGateway['executor'];

/** One version of the supergraph, ready to answer. */
export interface LoadedSupergraph {
  /** The supergraph as it was given, with everything that the executor cannot enforce. */
  readonly sdl: string;
  /** What clients see of it. */
  readonly schema: GraphQLSchema;
  readonly subgraphs: ReadonlyArray<SubgraphClient>;
  readonly execute: Executor;
}

/** What it takes to load a supergraph. */
export interface LoadingOptions {
  readonly configuration: Pick<RouterConfiguration, 'settingsOf' | 'limits'>;
  readonly clients: SubgraphClients;
  readonly logger: Logger;
}

/**
 * Loads a version of the supergraph: checks it, and makes its planner and its executor. No subgraph is asked for
 * anything, so none needs to be there.
 *
 * @throws when the text is not a Federation 2 supergraph, or the configuration does not say how to reach a subgraph
 */
export async function loadSupergraph(sdl: string, options: LoadingOptions): Promise<LoadedSupergraph> {
  const { settingsOf, limits } = options.configuration;
  const settings = readSubgraphs(sdl).map(settingsOf);
  const subgraphs = new Map(settings.map((each) => [each.name, options.clients.clientFor(each)]));
  const gateway = new ApolloGateway({
    supergraphSdl: supergraphWithoutUnsupportedFeatures(sdl),
    validateSupergraph: true,
    // Otherwise a request header shows anybody the query plan.
    __exposeQueryPlanExperimental: false,
    logger: options.logger.child({ library: '@apollo/gateway' }, { level: quieter(options.logger.level) }),
    buildService: ({ name }) => {
      const client = subgraphs.get(name);
      if (client === undefined) {
        throw new Error(`the supergraph has no subgraph ${name}`);
      }
      return new SubgraphDataSource(client, limits, options.logger);
    },
  });
  const { schema, executor } = await gateway.load();
  return { sdl, schema, subgraphs: [...subgraphs.values()], execute: executeCompletely(executor) };
}

/** The library tells every step at `info`. */
function quieter(level: string): string {
  return level === 'info' ? 'warn' : level;
}
