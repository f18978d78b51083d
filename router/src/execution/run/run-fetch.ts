import { describeTransportFailure } from '../../failures/describe-transport-failure.js';
import type { SubgraphError } from '../../failures/subgraph-error.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { TransportFailure } from '../../transport/transport-failure.js';
import { representEntities } from '../data/representations.js';
import type { ResponseObject } from '../data/response-object.js';
import type { FetchOperation } from '../fetch/fetch-operation.js';
import { SubgraphFetch } from '../fetch/subgraph-fetch.js';
import { deliverEntities } from './deliver-entities.js';
import { deliverRoot } from './deliver-root.js';
import type { Execution } from './execution.js';
import { markAll, markBlocked } from './mark-failures.js';

/** One fetch of a plan, and the objects of the response that it adds to. */
export interface PlannedFetch {
  readonly operation: FetchOperation;
  readonly path: ReadonlyArray<string | number>;
  readonly targets: ReadonlyArray<ResponseObject>;
}

/**
 * Runs one fetch and merges what it delivers into the response. It never rejects for a failure of the subgraph:
 * every field that the failure costs is marked with it.
 */
export async function runFetch(execution: Execution, fetch: PlannedFetch): Promise<void> {
  if (fetch.operation.requires === undefined) {
    const answer = await ask(execution, fetch, undefined);
    if (answer instanceof FailedFetch) {
      markAll(execution, fetch.operation, fetch.targets, [{ error: answer.error, below: [] }]);
    } else {
      deliverRoot(execution, fetch, answer);
    }
    return;
  }
  const { operation, targets } = fetch;
  const { representations, blocked, nulls } = representEntities(
    {
      schema: execution.supergraphSchema,
      requires: operation.requires ?? [],
      inputRewrites: operation.inputRewrites,
    },
    targets,
  );
  execution.nulls.push(...nulls);
  markBlocked(execution, operation, blocked);
  if (representations.length === 0) {
    return;
  }
  const answer = await ask(
    execution,
    fetch,
    representations.map(({ json }) => json),
  );
  if (answer instanceof FailedFetch) {
    const lost = representations.flatMap((representation) => representation.targets);
    markAll(execution, operation, lost, [{ error: answer.error, below: [] }]);
  } else {
    deliverEntities(execution, operation, representations, answer);
  }
}

const NO_VARIABLES: Readonly<Record<string, unknown>> = {};

class FailedFetch {
  constructor(readonly error: SubgraphError) {}
}

async function ask(
  execution: Execution,
  { operation, path, targets }: PlannedFetch,
  representations: ReadonlyArray<string> | undefined,
): Promise<SubgraphAnswer | FailedFetch> {
  const startedAt = execution.didFetch === undefined ? 0 : performance.now();
  let answer: SubgraphAnswer | FailedFetch;
  try {
    const variables = chooseVariables(operation, execution.variables);
    const fetch = new SubgraphFetch(operation, variables, representations);
    answer = await execution.fetcher.fetch(fetch, execution.context);
    checkEntities(answer, representations);
  } catch (error) {
    if (!(error instanceof TransportFailure)) {
      throw error;
    }
    answer = describe(execution, operation, error);
  }
  execution.didFetch?.({
    subgraph: operation.subgraph,
    kind: operation.kind,
    planned: operation,
    operation: operation.text,
    path,
    startedAt,
    durationMilliseconds: performance.now() - startedAt,
    objects: targets.length,
    representations: representations?.length ?? 0,
    cached: answer instanceof FailedFetch ? 0 : (answer.cached ?? 0),
    answerLength: answer instanceof FailedFetch ? undefined : answer.length,
    sqlStatements: answer instanceof FailedFetch ? undefined : sqlStatementsOf(answer),
    failure: answer instanceof FailedFetch ? answer.error.extensions.code : undefined,
  });
  return answer;
}

/** What the subgraph told of its cost, which is its own word. */
function sqlStatementsOf({ extensions }: SubgraphAnswer): number | undefined {
  const { cost } = (extensions ?? {}) as { readonly cost?: { readonly sqlStatements?: unknown } | null };
  const told = cost?.sqlStatements;
  return typeof told === 'number' ? told : undefined;
}

function describe(
  execution: Execution,
  { subgraph, kind }: FetchOperation,
  failure: TransportFailure,
): FailedFetch {
  const uncertain = kind === 'mutation' && !failure.isNeverSent;
  const error = describeTransportFailure(subgraph, failure, uncertain);
  execution.report(error, failure.kind === 'abandoned' ? 'debug' : 'error');
  return new FailedFetch(error);
}

/** Nobody could say which entity is which in an answer that has more or fewer than were asked for. */
function checkEntities(answer: SubgraphAnswer, representations: ReadonlyArray<string> | undefined): void {
  if (representations === undefined || answer.data === undefined || answer.data === null) {
    return;
  }
  const entities = answer.data['_entities'];
  const fits = Array.isArray(entities) && entities.length === representations.length;
  if (!fits && (answer.errors === undefined || (entities !== null && entities !== undefined))) {
    throw new TransportFailure('malformed', `the answer does not have ${representations.length} entities`);
  }
}

function chooseVariables(
  { variableNames }: FetchOperation,
  variables: Execution['variables'],
): Readonly<Record<string, unknown>> {
  return variableNames.length === 0
    ? NO_VARIABLES
    : Object.fromEntries(
        variableNames.flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]]] : [])),
      );
}
