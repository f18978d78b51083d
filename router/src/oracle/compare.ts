import type { QueryPlan } from '@apollo/query-planner';
import { createLogger } from '@supergraph/platform/telemetry';
import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql';
import type { FetchExecutor } from '../execution/fetch/subgraph-fetch.js';
import { hasLiteralConditions } from '../execution/plan/apply-conditions.js';
import type { PlannedNames } from '../execution/plan/free-names.js';
import type { Planner } from '../execution/plan/planner.js';
import type { ResponseText } from '../execution/response/response-text.js';
import type { RouterContext } from '../identity/request-context.js';
import type { Executor } from '../supergraph/loaded-supergraph.js';
import { TransportFailure as Failure } from '../transport/transport-failure.js';
import * as ours from './executor-modules.js';
import type { AskSubgraph, SubgraphRequest } from './fake-subgraph.js';
import { loadStock, type StockGateway } from './stock/stock-executor.js';

/** A validated operation to run. */
export interface Operation {
  readonly source: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}

/** What an executor made of an operation. */
export interface Outcome {
  readonly data: unknown;
  /** Each as JSON, sorted, each once. */
  readonly errorPaths: ReadonlyArray<string>;
  readonly errors: ReadonlyArray<GraphQLError>;
  /** Fetches by subgraph and query, sorted. */
  readonly calls: ReadonlyArray<string>;
}

/** One supergraph with both executors over it. */
export interface Pair {
  readonly stock: StockGateway;
  /** Plans an operation for both. Throws what the planner throws. */
  readonly plan: (operation: Operation) => PlannedOperation;
  readonly runOurs: (operation: Operation, ask: AskSubgraph) => Promise<Outcome>;
  readonly runStock: (operation: Operation, ask: AskSubgraph) => Promise<Outcome>;
}

/** A plan, and whether ours is another one, since the planner is known to get such operations wrong. */
export interface PlannedOperation {
  readonly plan: QueryPlan;
  readonly isOwn: boolean;
}

interface LastPlan {
  readonly document: DocumentNode;
  readonly plan: QueryPlan;
  readonly names: PlannedNames | undefined;
}

interface OracleContext {
  readonly ask: AskSubgraph;
}

/** The executor, as it is or with a mistake in it. */
export type ExecutorModules = typeof ours;

/** Loads a supergraph into both executors. */
export async function loadPair(
  supergraphSdl: string,
  {
    createExecutor,
    createPlanner,
    createPlanQuery,
    OperationStore,
    toExecutable,
    TransportFailure,
  }: ExecutorModules = ours,
): Promise<Pair> {
  /** Asks the subgraphs that the request brings along. */
  const fetcher: FetchExecutor = {
    async fetch(fetch, context) {
      const { query, variables } = JSON.parse(fetch.body) as SubgraphRequest;
      const { ask } = context as unknown as OracleContext;
      try {
        return await ask(fetch.operation.subgraph, { query, variables });
      } catch (error) {
        // A copy of the executor has a class of its own.
        throw error instanceof Failure ? new TransportFailure(error.kind, error.message) : error;
      }
    },
  };
  const stock = await loadStock(supergraphSdl);
  const apollo = createPlanner(stock.queryPlanner, stock.schema);
  const planQuery = createPlanQuery(stock.queryPlanner);
  let last: LastPlan | undefined;
  const planner: Planner = {
    ...apollo,
    freeNames: (document) => (last?.document === document ? last.names : apollo.freeNames(document)),
    plan: (document, name) =>
      last !== undefined && document === (last.names?.document ?? last.document)
        ? toExecutable(last.plan)
        : apollo.plan(document, name),
  };
  const logger = createLogger('oracle', 'silent');
  let executor: Executor | undefined;
  let executed: DocumentNode | undefined;
  return {
    stock,
    plan({ source, document }) {
      // Under other names the stock executor would not find the values again, so it plans by itself.
      const names = apollo.freeNames(document);
      const byConditions = !apollo.plansConditions(document) && /@(skip|include)/.test(source);
      const plan = planQuery(names?.document ?? document, undefined);
      last = { document, plan, names };
      stock.keepPlan(source, names === undefined ? plan : planQuery(document, undefined));
      return { plan, isOwn: names !== undefined || byConditions || hasLiteralConditions(document) };
    },
    async runOurs({ source, document, operation, variables }, ask) {
      if (executor === undefined || executed !== document) {
        executor = createExecutor({ operations: new OperationStore(planner), fetcher, logger });
        executed = document;
      }
      const recorder = record(ask);
      const result = await executor({
        request: { query: source, variables },
        document,
        operation,
        queryHash: source,
        schema: stock.schema,
        context: { ask: recorder.ask } as unknown as RouterContext,
      } as unknown as Parameters<Executor>[0]);
      const text = (result.data as unknown as ResponseText | null | undefined)?.toString();
      const data = text === undefined ? result.data : (JSON.parse(text) as unknown);
      return outcome(data, result.errors, recorder.calls);
    },
    async runStock(operation, ask) {
      const recorder = record(ask);
      const result = await stock.execute({ ...operation, ask: recorder.ask });
      return outcome(plain(result.data), result.errors, recorder.calls);
    },
  };
}

/** As a client would read it: the stock executor's objects have no prototype, ours are parsed. */
function plain(data: unknown): unknown {
  return data === undefined ? undefined : (JSON.parse(JSON.stringify(data)) as unknown);
}

function outcome(
  data: unknown,
  errors: ReadonlyArray<GraphQLError> | undefined,
  calls: ReadonlyArray<string>,
): Outcome {
  const paths = (errors ?? []).map(({ path }) => JSON.stringify(path ?? null));
  return { data, errors: errors ?? [], errorPaths: [...new Set(paths)].sort(), calls: [...calls].sort() };
}

function record(ask: AskSubgraph): { readonly ask: AskSubgraph; readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    ask: (name, request) => {
      calls.push(`${name}: ${request.query}`);
      return ask(name, request);
    },
  };
}
