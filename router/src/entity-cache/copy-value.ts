import { writeOwn, type ResponseObject } from '../execution/data/response-object.js';

/** Copies a JSON value: several times faster than `JSON.parse` of its text and than `structuredClone`. */
export function copyValue<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(copyValue) as Value;
  }
  const copy: ResponseObject = {};
  for (const [key, part] of Object.entries(value)) {
    writeOwn(copy, key, copyValue(part));
  }
  return copy as Value;
}
