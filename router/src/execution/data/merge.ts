import { FieldFailure } from './field-failure.js';
import { isObject, readOwn, writeOwn, type ResponseObject } from './response-object.js';

/**
 * Merges what a fetch delivered into an object of the response. Objects are merged, lists of one length are merged
 * element by element, and of anything else the later wins; a value always wins over a failure to deliver one.
 *
 * Parts of `source` become parts of `target`: what is merged into several targets is shared between them, which is
 * right because every later fetch at their path treats them alike.
 */
export function mergeInto(target: ResponseObject, source: ResponseObject): void {
  if (target === source) {
    return;
  }
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value !== undefined) {
      const present = readOwn(target, key);
      const merged = present === undefined ? value : mergeValues(present, value);
      if (merged !== present) {
        writeOwn(target, key, merged);
      }
    }
  }
}

/** Gives what stands at a position after `value` was delivered where `present` stood. */
function mergeValues(present: unknown, value: unknown): unknown {
  if (value instanceof FieldFailure) {
    return mergeFailure(present, value);
  }
  if (present instanceof FieldFailure) {
    if (value === null) {
      return present.errors.length > 0 ? present : value;
    }
    spread(present, value);
    return value;
  }
  if (Array.isArray(value) && Array.isArray(present) && value.length === present.length) {
    return mergeLists(present, value);
  }
  if (isObject(value) && isObject(present)) {
    mergeInto(present, value);
    return present;
  }
  return value;
}

function mergeFailure(present: unknown, failure: FieldFailure): unknown {
  if (failure.delivered || present === undefined || present instanceof FieldFailure) {
    return failure;
  }
  spread(failure, present);
  return present;
}

function mergeLists(present: unknown[], values: ReadonlyArray<unknown>): unknown[] {
  if (present !== values) {
    for (const [index, value] of values.entries()) {
      const before = present[index];
      const keeps = (before === null || before === undefined) && !(value instanceof FieldFailure);
      present[index] = keeps ? value : mergeValues(before, value);
    }
  }
  return present;
}

function spread(failure: FieldFailure, into: unknown): void {
  if (Array.isArray(into)) {
    into.forEach((element) => spread(failure, element));
  } else if (isObject(into) && !(into instanceof FieldFailure)) {
    failure.spreadInto?.(into);
  }
}
