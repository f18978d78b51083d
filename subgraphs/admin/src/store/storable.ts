/** PostgreSQL's text holds every character but this one, and refuses a statement that carries it. */
const NUL = '\0';

/** Tells whether a text can stand in the database at all; one that cannot is found nowhere. */
export function isStorableText(text: string): boolean {
  return !text.includes(NUL);
}

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Writes a moment as PostgreSQL reads it, whatever the time zone of the connection. Moments outside of the years
 * 1 to 9999, which RFC 3339 cannot write without an offset's help, count as the nearest moment inside.
 */
export function toTimestamp(moment: Date): string {
  return new Date(Math.min(Math.max(moment.getTime(), EARLIEST), LATEST)).toISOString();
}
