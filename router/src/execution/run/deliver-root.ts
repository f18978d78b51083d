import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { mergeInto } from '../data/merge.js';
import type { ResponseObject } from '../data/response-object.js';
import { applyRewrites, renamedKeys } from '../data/rewrites.js';
import { placeError } from '../fetch/place-errors.js';
import type { Execution } from './execution.js';
import { markAll } from './mark-failures.js';
import { readErrors } from './read-errors.js';
import type { PlannedFetch } from './run-fetch.js';

/**
 * Merges an answer to a fetch of root fields. Without data its first error stands for every field that has none
 * of its own.
 */
export function deliverRoot(
  execution: Execution,
  { operation, targets }: PlannedFetch,
  answer: SubgraphAnswer,
): void {
  const answered = answer.data !== undefined && answer.data !== null;
  const data: ResponseObject = answer.data ?? {};
  const errors = readErrors(execution, operation, answer);
  if (errors.length > 0) {
    const renamed = renamedKeys(operation.outputRewrites);
    for (const error of errors) {
      const placed = error.path !== undefined && placeError(data, error.path, error, answered, renamed);
      if (!placed && answered) {
        execution.unplaced.push(error);
      }
    }
  }
  applyRewrites(execution.supergraphSchema, operation.outputRewrites, data);
  for (const target of targets) {
    mergeInto(target, data);
  }
  const [first] = errors;
  if (!answered && first !== undefined) {
    markAll(execution, operation, targets, [{ error: first, below: [] }]);
  }
}
