/** Keys whose order is the same in every database; that of text depends on how a server sorts. */
export type ReplicaKeyType = 'uuid' | 'bigint';

/** Rows that are told or compared: of a table, known by a key, with some of its columns. */
export interface ReplicaRows {
  /** A table, or a query in parentheses. Unqualified: the role's search path leads to it. */
  readonly table: string;
  /** The column of `table` that is unique. */
  readonly key: string;
  readonly keyType: ReplicaKeyType;
  /** SQL expressions over the table's columns, in the order in which they are told. */
  readonly expressions: ReadonlyArray<string>;
}

/** A stretch of keys: after the one, up to and with the other; null is the beginning and the end of all. */
export interface KeyRange {
  readonly after: string | null;
  readonly until: string | null;
}

/** A statement and its values. */
export interface SqlStatement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * What every transaction of a comparison begins with: one moment for all its statements, and texts of dates and numbers
 * that are the same on both sides.
 */
export const COMPARABLE = `
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
  SET LOCAL TimeZone TO 'UTC';
  SET LOCAL DateStyle TO 'ISO, YMD';
  SET LOCAL IntervalStyle TO 'postgres';
  SET LOCAL extra_float_digits TO 1;
  SET LOCAL statement_timeout TO '60s'`;

/**
 * Reads rows in the order of their keys: `line` is the JSON text of `[key, ...values]`, each value the text that
 * PostgreSQL writes of it, or null.
 */
export function selectRows(
  rows: ReplicaRows,
  which: (KeyRange & { readonly limit: number }) | { readonly keys: ReadonlyArray<string> },
): SqlStatement {
  const { condition, values } = 'keys' in which ? ofKeys(rows, which.keys) : ofRange(rows, which);
  const limit = 'keys' in which ? '' : ` LIMIT ${which.limit}`;
  return {
    text: `SELECT ${lineOf(rows)}::text AS line FROM ${rows.table} AS r WHERE ${condition} ORDER BY ${rows.key}${limit}`,
    values,
  };
}

/**
 * Cuts the rows after a key into ranges of `size` rows, `count` of them at most, each with its number of rows and the
 * sum of their hashes. The last one has no end when the table ends in it.
 */
export function selectRanges(
  rows: ReplicaRows,
  { after, size, count }: { readonly after: string | null; readonly size: number; readonly count: number },
): SqlStatement {
  const { condition, values } = ofRange(rows, { after, until: null });
  return {
    text: `
      SELECT (array_agg(key ORDER BY key DESC))[1]::text AS until, count(*)::int AS rows, sum(hash)::text AS hash
        FROM (SELECT key, hash, (row_number() OVER (ORDER BY key) - 1) / ${size} AS range
                FROM (SELECT ${rows.key} AS key, ${hashOf(rows)} AS hash FROM ${rows.table} AS r
                       WHERE ${condition} ORDER BY ${rows.key} LIMIT ${size * count}) page) numbered
       GROUP BY range ORDER BY range`,
    values,
  };
}

/** Sums up one range as {@link selectRanges} does. */
export function selectRange(rows: ReplicaRows, range: KeyRange): SqlStatement {
  const { condition, values } = ofRange(rows, range);
  return {
    text: `SELECT count(*)::int AS rows, COALESCE(sum(${hashOf(rows)}), 0)::text AS hash
             FROM ${rows.table} AS r WHERE ${condition}`,
    values,
  };
}

/** The condition that a key lies in a range, with the values that it names from `$1`. */
export function ofRange(
  { key, keyType }: Pick<ReplicaRows, 'key' | 'keyType'>,
  { after, until }: KeyRange,
): { readonly condition: string; readonly values: unknown[] } {
  const bounds = [
    { bound: after, sign: '>' },
    { bound: until, sign: '<=' },
  ].filter(({ bound }) => bound !== null);
  return {
    condition:
      bounds.map(({ sign }, index) => `${key} ${sign} $${index + 1}::${keyType}`).join(' AND ') || 'true',
    values: bounds.map(({ bound }) => bound),
  };
}

function ofKeys({ key, keyType }: ReplicaRows, keys: ReadonlyArray<string>) {
  return { condition: `${key} = ANY ($1::${keyType}[])`, values: [[...keys]] };
}

function lineOf({ key, expressions }: ReplicaRows): string {
  return `jsonb_build_array(${[key, ...expressions].map((expression) => `(${expression})::text`).join(', ')})`;
}

/** 64 bits of MD5, which every version and machine computes alike; it finds accidents, which is all that it is for. */
function hashOf(rows: ReplicaRows): string {
  return `('x' || left(md5(${lineOf(rows)}::text), 16))::bit(64)::bigint`;
}
