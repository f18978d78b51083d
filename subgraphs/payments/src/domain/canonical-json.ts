/**
 * Writes a JSON value so that equal values give equal texts, whatever the order of keys.
 *
 * @param value null, a boolean, a finite number, a string, or arrays and plain objects of such
 * @see https://www.rfc-editor.org/rfc/rfc8785 (JSON canonicalization scheme)
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  // Sorted by UTF-16 code units, as the specification has it, not by a locale.
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
}
