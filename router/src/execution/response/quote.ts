/** What JSON must escape, and surrogates, of which unpaired ones cannot be sent as UTF-8. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/; // eslint-disable-line no-control-regex

/** Above this the library is faster than a look at every character. */
const SHORT = 128;

/** Writes a text as JSON. */
export function quote(text: string): string {
  return text.length <= SHORT && !ESCAPED.test(text) ? `"${text}"` : JSON.stringify(text);
}
