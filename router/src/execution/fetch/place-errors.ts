import type { ResponsePath, SubgraphError } from '../../failures/subgraph-error.js';
import { FieldFailure } from '../data/field-failure.js';
import { isObject, readOwn, writeOwn, type ResponseObject } from '../data/response-object.js';

/**
 * Puts an error of an answer at the null that it explains: at its path, or above it where the null went up.
 *
 * @param path within `data`
 * @param answered whether `data` is what the subgraph sent, so that a key that it lacks was not asked for
 * @param renamed the client's names of keys that the plan gave aliases of its own
 * @returns false when no null stands there, so that the error explains nothing
 */
export function placeError(
  data: ResponseObject,
  path: ResponsePath,
  error: SubgraphError,
  answered: boolean,
  renamed: ReadonlyMap<string | number, string>,
): boolean {
  let container: unknown = data;
  for (const [depth, step] of path.entries()) {
    const value = readStep(container, step);
    if (value === undefined && answered) {
      return false;
    }
    if (value === null || value === undefined || value instanceof FieldFailure) {
      const below = path.slice(depth + 1).map((name) => renamed.get(name) ?? name);
      return putAt(container, step, value, { error, below });
    }
    container = value;
  }
  return false;
}

function putAt(
  container: unknown,
  step: string | number,
  present: unknown,
  positioned: FieldFailure['errors'][number],
): boolean {
  const before = present instanceof FieldFailure ? present.errors : [];
  const delivered = present instanceof FieldFailure ? present.delivered : present === null;
  const failure = new FieldFailure([...before, positioned], delivered);
  if (Array.isArray(container) && typeof step === 'number' && step < container.length) {
    container[step] = failure;
    return true;
  }
  if (isObject(container) && typeof step === 'string') {
    writeOwn(container, step, failure);
    return true;
  }
  return false;
}

function readStep(container: unknown, step: string | number): unknown {
  if (Array.isArray(container)) {
    return typeof step === 'number' ? (container[step] as unknown) : undefined;
  }
  return isObject(container) ? readOwn(container, String(step)) : undefined;
}
