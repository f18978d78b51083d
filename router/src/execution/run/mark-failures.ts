import { FailureMarker, type FailureReason } from '../data/failure-marker.js';
import type { FieldFailure, PositionedError } from '../data/field-failure.js';
import type { BlockedEntity } from '../data/representations.js';
import type { ResponseObject } from '../data/response-object.js';
import { applyRewrites } from '../data/rewrites.js';
import type { FetchOperation } from '../fetch/fetch-operation.js';
import type { Execution } from './execution.js';

/** Marks every field of a fetch as failed. */
export function markAll(
  execution: Execution,
  operation: FetchOperation,
  targets: ReadonlyArray<ResponseObject>,
  errors: ReadonlyArray<PositionedError>,
): void {
  markWith(createMarker(execution, operation, { errors }), execution, operation, targets);
}

/** Marks the fields of entities that the subgraph does not know. */
export function markUnknown(
  execution: Execution,
  operation: FetchOperation,
  targets: ReadonlyArray<ResponseObject>,
): void {
  const reason = { errors: [], unknownTo: operation.subgraph };
  markWith(createMarker(execution, operation, reason), execution, operation, targets);
}

/** Marks the fields of a fetch at the objects that could not be represented, each with what kept it from that. */
export function markBlocked(
  execution: Execution,
  operation: FetchOperation,
  blocked: ReadonlyArray<BlockedEntity>,
): void {
  const markers = new Map<FieldFailure, FailureMarker>();
  for (const { target, failure } of blocked) {
    let marker = markers.get(failure);
    if (marker === undefined) {
      const errors = failure.errors.map(({ error }) => ({ error, below: [] }));
      marker = createMarker(execution, operation, { errors, unknownTo: failure.unknownTo });
      markers.set(failure, marker);
    }
    markWith(marker, execution, operation, [target]);
  }
}

function createMarker(execution: Execution, operation: FetchOperation, reason: FailureReason): FailureMarker {
  const { supergraphSchema, coercedVariables } = execution;
  return new FailureMarker(supergraphSchema, operation.selections, coercedVariables, reason);
}

function markWith(
  marker: FailureMarker,
  execution: Execution,
  operation: FetchOperation,
  targets: ReadonlyArray<ResponseObject>,
): void {
  for (const target of targets) {
    marker.mark(target);
    applyRewrites(execution.supergraphSchema, operation.outputRewrites, target);
  }
}
