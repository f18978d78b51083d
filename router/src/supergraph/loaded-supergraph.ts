import type { ApolloGateway } from '@apollo/gateway';
import type { Logger } from '@supergraph/platform/telemetry';
import type { GraphQLSchema } from 'graphql';
import type { RouterConfiguration } from '../configuration.js';
import { createExecutor } from '../execution/executor.js';
import { shareOperations } from '../execution/share-operations.js';
import { combineHooks, type ExecutionHooks } from '../execution/hooks.js';
import { FetchByHttp } from '../execution/fetch/fetch-by-http.js';
import { FetchSharing } from '../execution/fetch/fetch-sharing.js';
import type { FetchExecutor } from '../execution/fetch/subgraph-fetch.js';
import { OperationStore, type ExpectedOperation } from '../execution/operation/operation-store.js';
import type { Planner } from '../execution/plan/planner.js';
import type { SubgraphClient } from '../transport/subgraph-client.js';
import type { SubgraphClients } from '../transport/subgraph-clients.js';
import { loadPlanner } from './gateway-planner.js';
import { readSubgraphs } from './read-subgraphs.js';
import { withoutAddresses } from './without-addresses.js';

/** Executes one operation; what Apollo Server asks of a gateway. */
export type Executor = ApolloGateway['executor'];

/** One version of the supergraph, ready to answer. */
export interface LoadedSupergraph {
  /** The supergraph as it was given, with everything that the planner does not know. */
  readonly sdl: string;
  /** What clients see of it. */
  readonly schema: GraphQLSchema;
  readonly subgraphs: ReadonlyArray<SubgraphClient>;
  /** Its operations that are planned and compiled. */
  readonly operations: OperationStore;
  readonly execute: Executor;
}

/** What a stage of the router does for one version of the supergraph. */
export interface Stage {
  readonly hooks?: ExecutionHooks;
  /** Puts something between the executor and the fetches, such as a cache. */
  readonly wrapFetches?: (fetches: FetchExecutor) => FetchExecutor;
}

/** What a stage is made for. */
export interface StagedSupergraph {
  /** The supergraph as it was given. */
  readonly sdl: string;
  readonly planner: Planner;
}

/** What it takes to load a supergraph. */
export interface LoadingOptions {
  readonly configuration: Pick<RouterConfiguration, 'settingsOf' | 'limits' | 'events'>;
  readonly clients: SubgraphClients;
  readonly logger: Logger;
  /** Makes what stands around the executor, in the order in which it takes part. */
  readonly stages?: (version: StagedSupergraph) => ReadonlyArray<Stage>;
  /** Puts something around the planner, such as what counts plans. */
  readonly observePlanner?: (planner: Planner) => Planner;
  /** Operations that are known to come: they are planned before the supergraph is served. */
  readonly expected?: ReadonlyArray<ExpectedOperation>;
  /** The version that is served meanwhile: what is asked for most of it is planned before the next is served. */
  readonly previous?: LoadedSupergraph;
}

/** Of the version before. */
const WARMED_OPERATIONS = 500;

/**
 * Loads a version of the supergraph: checks it, and makes its planner and its executor. No subgraph is asked for
 * anything, so none needs to be there.
 *
 * @throws when the text is not a Federation 2 supergraph, or the configuration does not say how to reach a subgraph
 */
export async function loadSupergraph(sdl: string, options: LoadingOptions): Promise<LoadedSupergraph> {
  const { configuration, clients, logger, previous } = options;
  const settings = readSubgraphs(sdl).map(configuration.settingsOf);
  const subgraphs = new Map(settings.map((each) => [each.name, clients.clientFor(each)]));
  const fetches = new FetchSharing(
    new FetchByHttp(subgraphs, configuration.events.identitySubgraph),
    // Each of them ends by itself at its subgraph's own time.
    {
      subgraphTimeoutMilliseconds: Math.max(
        ...settings.map(({ timeoutMilliseconds }) => timeoutMilliseconds),
      ),
    },
  );
  const operations = await loadOperations(sdl, options);
  const stages = options.stages?.({ sdl, planner: operations.planner }) ?? [];
  const execute = createExecutor({
    operations,
    fetcher: stages.reduce<FetchExecutor>(
      (fetcher, { wrapFetches }) => wrapFetches?.(fetcher) ?? fetcher,
      fetches,
    ),
    logger,
    hooks: combineHooks(stages.map(({ hooks = {} }) => hooks)),
  });
  const shared = shareOperations(execute);
  if (operations !== previous?.operations) {
    await operations.warm([
      ...(options.expected ?? []),
      ...(previous?.operations.mostUsed(WARMED_OPERATIONS) ?? []),
    ]);
  }
  return {
    sdl,
    schema: operations.planner.schema,
    subgraphs: [...subgraphs.values()],
    operations,
    execute: shared,
  };
}

/** A supergraph that differs from the one before in addresses only keeps its plans. */
async function loadOperations(
  sdl: string,
  { previous, logger, observePlanner = (planner) => planner }: LoadingOptions,
): Promise<OperationStore> {
  return previous !== undefined && withoutAddresses(previous.sdl) === withoutAddresses(sdl)
    ? previous.operations
    : new OperationStore(observePlanner(await loadPlanner(sdl, logger)));
}
