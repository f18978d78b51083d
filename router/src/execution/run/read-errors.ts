import { ERROR_CATALOGUE } from '@supergraph/platform/errors';
import { filterSubgraphError } from '../../failures/filter-subgraph-error.js';
import type { SubgraphError } from '../../failures/subgraph-error.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import type { FetchOperation } from '../fetch/fetch-operation.js';
import type { Execution } from './execution.js';

/** Lets through of an answer's errors what a client may read. */
export function readErrors(
  execution: Execution,
  { subgraph }: FetchOperation,
  answer: SubgraphAnswer,
): ReadonlyArray<SubgraphError> {
  if (answer.errors === undefined) {
    return [];
  }
  const errors = answer.errors.map((error) => filterSubgraphError(subgraph, error));
  for (const error of errors.slice(0, REPORTED_ERRORS)) {
    execution.report(error, ERROR_CATALOGUE[error.extensions.code].status >= 500 ? 'warn' : 'debug');
  }
  return errors;
}

/** Of one answer: a subgraph that fails for every entity says the same each time. */
const REPORTED_ERRORS = 5;
