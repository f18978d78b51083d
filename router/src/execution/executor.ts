import type { Logger } from '@supergraph/platform/telemetry';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { RouterContext } from '../identity/request-context.js';
import type { Executor } from '../supergraph/loaded-supergraph.js';
import type { FetchExecutor } from './fetch/subgraph-fetch.js';
import type { ExecutionHooks } from './hooks.js';
import type { OperationStore } from './operation/operation-store.js';
import type { PreparedOperation } from './operation/prepared-operation.js';
import { ResponseText } from './response/response-text.js';
import { Writing } from './response/writing.js';
import type { Execution } from './run/execution.js';
import { runPlan } from './run/run-plan.js';

/** What an executor is made of. */
export interface ExecutorOptions {
  readonly operations: OperationStore;
  readonly fetcher: FetchExecutor;
  readonly logger: Logger;
  readonly hooks?: ExecutionHooks;
}

/**
 * Makes the executor of one version of the supergraph. Its responses have their data written as text, for
 * `stringifyResult` to put in.
 */
export function createExecutor({ operations, fetcher, logger, hooks = {} }: ExecutorOptions): Executor {
  const { supergraphSchema, schema } = operations.planner;
  const report = reportTo(logger);
  return async ({ request, document, operation, queryHash, context: given }) => {
    const context = given as RouterContext;
    const variables = request.variables ?? {};
    const { coerced, errors } = getVariables(schema, operation.variableDefinitions, variables);
    if (errors !== undefined) {
      return { errors };
    }
    const asked = { document, operation, variables, context };
    const decided = hooks.policy?.(asked);
    const decision = decided instanceof Promise ? await decided : decided;
    const prepared = operations.get({ textHash: queryHash, document, operation }, decision);
    const nulls = prepared.refuseNulls(coerced);
    if (nulls.length > 0) {
      return { errors: nulls };
    }
    const plan = prepared.planFor(coerced);
    await hooks.willExecute?.(plan, asked);
    const { didFetch } = hooks;
    const execution: Execution = {
      supergraphSchema,
      context,
      fetcher,
      variables: prepared.variablesForPlan(variables),
      coercedVariables: prepared.variablesForPlan(coerced),
      root: {},
      nulls: [],
      unplaced: [],
      report,
      didFetch: didFetch && ((record) => didFetch(record, context)),
    };
    if (plan !== undefined) {
      await runPlan(execution, plan);
    }
    const extensions = hooks.extensions?.(plan, asked);
    return {
      ...writeResponse(execution, prepared, coerced, variables),
      ...(extensions === undefined ? {} : { extensions }),
    };
  };
}

type Result = Awaited<ReturnType<Executor>>;

function writeResponse(
  { root, nulls, unplaced }: Execution,
  prepared: PreparedOperation,
  coerced: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>>,
): Result {
  const writing = new Writing(variables);
  const whole = prepared.responseFor(coerced)(writing, root);
  // What rests on a failure that the client did not ask for would otherwise look sound.
  const hidden = [...new Set(nulls)].filter(({ told }) => !told).flatMap(({ errors }) => errors);
  const errors = [
    ...writing.errors,
    ...[...unplaced, ...hidden.map(({ error }) => error)].map(
      ({ message, extensions }) => new GraphQLError(message, { extensions: { ...extensions } }),
    ),
  ];
  // Apollo Server hands the data on as they are, to `stringifyResult`.
  const data = whole ? (new ResponseText(writing.text) as unknown as Record<string, unknown>) : null;
  return errors.length === 0 ? { data } : { data, errors };
}

function getVariables(
  schema: GraphQLSchema,
  definitions: Parameters<typeof getVariableValues>[1] | undefined,
  variables: Record<string, unknown>,
): { readonly coerced: Record<string, unknown>; readonly errors?: ReadonlyArray<GraphQLError> } {
  if (definitions === undefined || definitions.length === 0) {
    return { coerced: {} };
  }
  const { coerced = {}, errors } = getVariableValues(schema, definitions, variables);
  return errors === undefined ? { coerced } : { coerced, errors };
}

function reportTo(logger: Logger): Execution['report'] {
  return ({ message, path, extensions: { service, code, cause } }, level) => {
    logger[level]({ subgraph: service, code, cause, message, path }, 'a subgraph failed, or told an error');
  };
}
