/** A value as `COPY` takes it. A JSON value is given as its text, a moment as a Date. */
export type CopyValue = string | number | boolean | Date | null;

/** The values of a row, in the order of the columns. */
export type CopyRow = ReadonlyArray<CopyValue>;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Writes a row in the text format of `COPY`, with its line's end.
 *
 * @throws {RangeError} for what PostgreSQL's texts cannot hold: the character NUL and half a surrogate pair, which
 *   would be kept as another character; and for a date that is none
 * @see https://www.postgresql.org/docs/current/sql-copy.html (File Formats, Text Format)
 */
export function encodeCopyRow(row: CopyRow): string {
  let line = '';
  for (const [index, value] of row.entries()) {
    line += index === 0 ? encodeValue(value) : `\t${encodeValue(value)}`;
  }
  return `${line}\n`;
}

function encodeValue(value: CopyValue): string {
  if (typeof value === 'string') {
    return encodeText(value);
  }
  if (value === null) {
    return '\\N';
  }
  return value instanceof Date ? value.toISOString() : String(value);
}

function encodeText(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000\p{Cs}]/u.test(text)) {
    throw new RangeError(
      'A text with the character NUL or half a surrogate pair cannot be kept by PostgreSQL.',
    );
  }
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign) : text;
}
