/** What of an SQL statement may be told: everything but its values. */
export interface DescribedStatement {
  /** The operation and the table, such as `SELECT payments`. */
  readonly summary: string;
  /** Such as `SELECT`. */
  readonly operation: string;
  /** The text with `?` in the place of each value, without comments. */
  readonly sanitized: string;
}

const MAXIMUM_CHARACTERS = 2_000;
const KEPT = 500;
const known = new Map<string, DescribedStatement>();

/** Describes a statement; those that were asked for last are remembered, since a program has few. */
export function describeStatement(text: string): DescribedStatement {
  let described = known.get(text);
  if (described === undefined) {
    described = describe(text);
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= KEPT) {
      known.delete(oldest);
    }
    known.set(text, described);
  }
  return described;
}

/**
 * In the order in which PostgreSQL tells them apart: dollar-quoted text, text with escapes, plain text, quoted names,
 * comments, parameters, numbers. What is not closed goes on to the end.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const TOKENS =
  /\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|\b[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$\d+|\b\d[\w.]*/g;

function describe(text: string): DescribedStatement {
  const sanitized = text
    .replace(TOKENS, (token) =>
      token.startsWith('"') || /^\$\d/.test(token) ? token : /^(--|\/\*)/.test(token) ? ' ' : '?',
    )
    .replace(/\(\s*(?:(?:\$\d+|\?)\s*,\s*)+(?:\$\d+|\?)\s*\)/g, '(…)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAXIMUM_CHARACTERS);
  const operation = (
    /\b(SELECT|INSERT|UPDATE|DELETE|MERGE)\b/i.exec(sanitized)?.[1] ??
    /^[A-Za-z]+/.exec(sanitized)?.[0] ??
    'SQL'
  ).toUpperCase();
  const [, table] = /\b(?:FROM|INTO|UPDATE)\s+((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)/i.exec(sanitized) ?? [];
  const summary = table === undefined ? operation : `${operation} ${table.replaceAll('"', '')}`;
  return { summary: summary.slice(0, 255), operation, sanitized };
}
