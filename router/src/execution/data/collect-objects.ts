import { FieldFailure } from './field-failure.js';
import { isObject, readOwn, type ResponseObject } from './response-object.js';

/** Stands in a plan's path for every element of a list. */
export const EVERY_ELEMENT = '@';

/**
 * Gives the objects at a path of a plan, in the order of the response and each as often as it stands there,
 * without nulls and failures.
 */
export function collectObjects(
  starts: ReadonlyArray<ResponseObject>,
  path: ReadonlyArray<string | number>,
): ReadonlyArray<ResponseObject> {
  const found: ResponseObject[] = [];
  for (const start of starts) {
    collect(start, path, 0, found);
  }
  return found;
}

function collect(
  value: unknown,
  path: ReadonlyArray<string | number>,
  depth: number,
  found: ResponseObject[],
): void {
  if (Array.isArray(value)) {
    const below = path[depth] === EVERY_ELEMENT ? depth + 1 : depth;
    for (const element of value) {
      collect(element, path, below, found);
    }
    return;
  }
  if (!isObject(value) || value instanceof FieldFailure) {
    return;
  }
  const step = path[depth];
  if (step === undefined) {
    found.push(value);
  } else {
    collect(readOwn(value, String(step)), path, depth + 1, found);
  }
}
