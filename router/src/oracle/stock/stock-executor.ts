import { ApolloGateway } from '@apollo/gateway';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { supergraphWithoutUnsupportedFeatures } from '@supergraph/schema/gateway-supergraph';
import {
  isInterfaceType,
  type GraphQLError,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { AskSubgraph } from '../fake-subgraph.js';
import { completeErrors } from './complete-errors.js';
import { ResponseTree } from './response-tree.js';
import { SubgraphDataSource } from './subgraph-data-source.js';

type GatewayExecutionResult = Awaited<ReturnType<ApolloGateway['executor']>>;

/** One request to an executor that is compared. */
export interface ComparedRequest {
  readonly source: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
  readonly ask: AskSubgraph;
}

/** The stock gateway over the same subgraphs: what ours is compared with. */
export interface StockGateway {
  readonly schema: GraphQLSchema;
  readonly queryPlanner: QueryPlanner;
  /** Takes a plan over, so that it need not be made twice. */
  readonly keepPlan: (source: string, plan: QueryPlan) => void;
  /** Executes, and adds the errors that the executor leaves out of partly failed responses. */
  readonly execute: (request: ComparedRequest) => Promise<GatewayExecutionResult>;
}

/** Loads a supergraph into the stock gateway; `repairs` mends what is known to be wrong in its answers. */
export async function loadStock(supergraphSdl: string, repairs = true): Promise<StockGateway> {
  const plans = new Map<string, QueryPlan>();
  const silent = (): void => undefined;
  const known: { schema?: GraphQLSchema } = {};
  const isInterface = (typename: string): boolean => isInterfaceType(known.schema?.getType(typename));
  const gateway = new ApolloGateway({
    supergraphSdl: supergraphWithoutUnsupportedFeatures(supergraphSdl),
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    queryPlannerConfig: {
      cache: {
        get: async (key) => plans.get(key),
        set: async () => undefined,
        delete: async () => true,
        clear: () => plans.clear(),
      },
    },
    buildService: ({ name }) => new SubgraphDataSource(name, repairs ? isInterface : () => false),
  });
  const { schema, executor } = await gateway.load();
  known.schema = schema;
  const { queryPlanner } = gateway.__testing();
  if (queryPlanner === undefined) {
    throw new Error('The gateway has no planner.');
  }
  return {
    schema,
    queryPlanner,
    keepPlan: (source, plan) => {
      plans.clear();
      plans.set(source, plan);
    },
    async execute({ source, document, operation, variables, ask }) {
      const tree = new ResponseTree();
      const result = await executor({
        request: { query: source, variables },
        document,
        operation,
        source,
        queryHash: source,
        schema,
        context: { tree, ask },
        logger: { debug: silent, info: silent, warn: silent, error: silent },
        metrics: {},
      } as unknown as Parameters<typeof executor>[0]);
      return repairs ? repair(schema, { document, operation, variables }, tree, result) : result;
    },
  };
}

function repair(
  schema: GraphQLSchema,
  executed: Pick<ComparedRequest, 'document' | 'operation' | 'variables'>,
  tree: ResponseTree,
  result: GatewayExecutionResult,
): GatewayExecutionResult {
  const completionErrors = result.extensions?.['valueCompletion'] as ReadonlyArray<GraphQLError> | undefined;
  if (result.data === undefined || (result.errors === undefined && completionErrors === undefined)) {
    return result;
  }
  const errors = completeErrors({
    ...executed,
    schema,
    tree,
    errors: result.errors ?? [],
    completionErrors: completionErrors ?? [],
  });
  return { data: result.data, ...(errors.length === 0 ? {} : { errors }) };
}
