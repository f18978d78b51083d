import { isObject } from '../execution/data/response-object.js';
import type { SubgraphAnswer } from '../transport/subgraph-answer.js';
import { TransportFailure } from '../transport/transport-failure.js';

/**
 * Puts an answer to some of a fetch's representations together with what was kept of the others.
 *
 * @param entities in the order of all representations; what is missing is filled in
 * @param missing which of them the answer is about, in its order
 * @throws {TransportFailure} `malformed` when it is about more or fewer
 */
export function mergeEntities(
  entities: unknown[],
  missing: ReadonlyArray<number>,
  answer: SubgraphAnswer,
): SubgraphAnswer {
  const found: unknown = answer.data?.['_entities'];
  const errors = answer.errors ?? [];
  if (Array.isArray(found) ? found.length !== missing.length : errors.length === 0) {
    throw new TransportFailure('malformed', `the answer does not have ${missing.length} entities`);
  }
  for (const [place, index] of missing.entries()) {
    entities[index] = Array.isArray(found) ? (found[place] as unknown) : null;
  }
  const placed = Array.isArray(found)
    ? errors.map((error) => moveError(error, missing))
    : missing.flatMap((index, place) => errorsOf(errors, place).map((error) => placeAt(error, index)));
  return {
    ...answer,
    data: { _entities: entities },
    ...(placed.length === 0 ? {} : { errors: placed }),
    cached: entities.length - missing.length,
  };
}

/** Without entities each lacks for what is said of itself, or else for the first that is said of all. */
function errorsOf(errors: ReadonlyArray<unknown>, place: number): ReadonlyArray<unknown> {
  const own = errors.filter((error) => placeOf(error) === place);
  const [common] = errors.filter((error) => placeOf(error) === undefined);
  return own.length > 0 || common === undefined ? own : [common];
}

function moveError(error: unknown, missing: ReadonlyArray<number>): unknown {
  const place = placeOf(error);
  const index = place === undefined ? undefined : missing[place];
  return index === undefined ? error : placeAt(error, index);
}

function placeAt(error: unknown, index: number): unknown {
  const path = isObject(error) && Array.isArray(error['path']) ? (error['path'] as unknown[]) : [];
  return { ...(isObject(error) ? error : {}), path: ['_entities', index, ...path.slice(2)] };
}

function placeOf(error: unknown): number | undefined {
  const path: unknown = isObject(error) ? error['path'] : undefined;
  const place: unknown = Array.isArray(path) && path[0] === '_entities' ? path[1] : undefined;
  return typeof place === 'number' ? place : undefined;
}
