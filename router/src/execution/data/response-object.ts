/** An object of a response that is being put together, with the response names of subgraphs as keys. */
export type ResponseObject = Record<string, unknown>;

/** Tells objects from lists, null and everything else. */
export function isObject(value: unknown): value is ResponseObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a key of the object itself: a client can alias a field to `toString` or `__proto__`. */
export function readOwn(object: ResponseObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Writes a key of the object itself, `__proto__` included, which an assignment would take for something else. */
export function writeOwn(object: ResponseObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}
