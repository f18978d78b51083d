import { isInterfaceType } from 'graphql';
import type { SubgraphError } from '../../failures/subgraph-error.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { mergeInto } from '../data/merge.js';
import type { Representation } from '../data/representations.js';
import { isObject, type ResponseObject } from '../data/response-object.js';
import { applyRewrites, renamedKeys } from '../data/rewrites.js';
import type { FetchOperation } from '../fetch/fetch-operation.js';
import { placeError } from '../fetch/place-errors.js';
import type { Execution } from './execution.js';
import { markAll, markUnknown } from './mark-failures.js';
import { readErrors } from './read-errors.js';

const NO_ERRORS: ReadonlyArray<SubgraphError> = [];

/**
 * Merges an answer to a fetch of entities. An entity that is null for an error, or for none because the subgraph
 * does not know it, marks the fields that it would have delivered.
 */
export function deliverEntities(
  execution: Execution,
  operation: FetchOperation,
  representations: ReadonlyArray<Representation>,
  answer: SubgraphAnswer,
): void {
  const entities = answer.data?.['_entities'];
  const { byIndex, others } = sortErrors(readErrors(execution, operation, answer));
  const answered = Array.isArray(entities);
  if (answered) {
    execution.unplaced.push(...others);
  }
  for (const [index, representation] of representations.entries()) {
    const own = byIndex.get(index) ?? NO_ERRORS;
    const entity: unknown = answered ? entities[index] : null;
    if (isObject(entity)) {
      deliverEntity(execution, operation, representation, entity, own);
    } else {
      const reason = own[0] ?? (answered ? undefined : others[0]);
      loseEntity(execution, operation, representation, own, reason);
    }
  }
}

function deliverEntity(
  execution: Execution,
  operation: FetchOperation,
  { targets }: Representation,
  entity: ResponseObject,
  errors: ReadonlyArray<SubgraphError>,
): void {
  placeOwnErrors(execution, operation, entity, errors, true);
  applyRewrites(execution.supergraphSchema, operation.outputRewrites, entity);
  // A subgraph that takes an interface for an object does not know the type better than what is there.
  if (isInterfaceType(execution.supergraphSchema.getType(String(entity['__typename'])))) {
    delete entity['__typename'];
  }
  for (const target of targets) {
    mergeInto(target, entity);
  }
}

function loseEntity(
  execution: Execution,
  operation: FetchOperation,
  { targets }: Representation,
  errors: ReadonlyArray<SubgraphError>,
  reason: SubgraphError | undefined,
): void {
  const fields: ResponseObject = {};
  placeOwnErrors(execution, operation, fields, errors, false);
  applyRewrites(execution.supergraphSchema, operation.outputRewrites, fields);
  for (const target of targets) {
    mergeInto(target, fields);
  }
  if (reason === undefined) {
    markUnknown(execution, operation, targets);
  } else {
    markAll(execution, operation, targets, [{ error: reason, below: [] }]);
  }
}

/** Places errors that name a field of the entity; one about the entity as a whole stands at each of its nulls. */
function placeOwnErrors(
  execution: Execution,
  operation: FetchOperation,
  entity: ResponseObject,
  errors: ReadonlyArray<SubgraphError>,
  answered: boolean,
): void {
  if (errors.length === 0) {
    return;
  }
  const renamed = renamedKeys(operation.outputRewrites);
  for (const error of errors) {
    const path = error.path?.slice(2) ?? [];
    const paths = path.length > 0 ? [path] : Object.keys(entity).map((key) => [key]);
    const placed = paths.filter((each) => placeError(entity, each, error, answered, renamed));
    if (placed.length === 0 && answered) {
      execution.unplaced.push(error);
    }
  }
}

interface SortedErrors {
  readonly byIndex: ReadonlyMap<number, ReadonlyArray<SubgraphError>>;
  /** Those about no entity in particular. */
  readonly others: ReadonlyArray<SubgraphError>;
}

function sortErrors(errors: ReadonlyArray<SubgraphError>): SortedErrors {
  const byIndex = new Map<number, SubgraphError[]>();
  const others: SubgraphError[] = [];
  for (const error of errors) {
    const [field, index] = error.path ?? [];
    if (field !== '_entities' || typeof index !== 'number') {
      others.push(error);
      continue;
    }
    const own = byIndex.get(index);
    if (own === undefined) {
      byIndex.set(index, [error]);
    } else {
      own.push(error);
    }
  }
  return { byIndex, others };
}
