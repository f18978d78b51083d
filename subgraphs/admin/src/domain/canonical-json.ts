/**
 * Writes a JSON value in the one form that everybody who has the same value writes: no white space, members in
 * the order of their names' UTF-16 code units, numbers and texts as ECMAScript writes them.
 *
 * @throws {TypeError} for what JSON cannot say: undefined, functions, bigint, numbers that are not finite, and
 *   texts with half a surrogate pair
 * @see https://www.rfc-editor.org/rfc/rfc8785 (JSON Canonicalization Scheme)
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return JSON.stringify(value);
  }
  if (typeof value === 'string' && !/\p{Cs}/u.test(value)) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  }
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`)
      .join(',')}}`;
  }
  throw new TypeError(`JSON cannot say this ${typeof value}.`);
}
