import pg from 'pg';
import type { TextColumn } from './text-columns.js';

/** A value that was found where it should not be. */
export interface Finding {
  readonly table: string;
  readonly column: string;
  /** Rows that hold one of the values. */
  readonly rows: number;
  /** What the annotation of the column says; null for a column that `schema.prisma` does not have. */
  readonly holds: TextColumn['holds'] | null;
  /** Why it may stay; null when it may not. */
  readonly reason: string | null;
}

/** What was looked through. */
export interface ScannedDatabase {
  readonly findings: ReadonlyArray<Finding>;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Looks for values in every column of text, JSON or bytes of a service's tables, whatever its annotation says, so that
 * a value is also found where nobody expects it. Letter case makes no difference. Reads one table after the other in a
 * read-only transaction.
 *
 * @param options.url connection URL of a role that may read every table
 * @param options.schema the PostgreSQL schema that holds the service's tables
 * @param options.columns what `schema.prisma` says
 * @param options.values what to look for: an e-mail address, a name, a telephone number
 */
export async function scanDatabase(options: {
  readonly url: string;
  readonly schema: string;
  readonly columns: ReadonlyArray<TextColumn>;
  readonly values: ReadonlyArray<string>;
}): Promise<ScannedDatabase> {
  const { schema, columns, values } = options;
  if (values.length === 0 || values.some((value) => value.trim().length < 3)) {
    throw new Error('Name at least one value to look for, of three characters or more each.');
  }
  const client = new pg.Client({ connectionString: options.url });
  await client.connect();
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const tables = await readTables(client, schema);
    const findings: Finding[] = [];
    let rows = 0;
    for (const [table, names] of tables) {
      const found = await scanTable(client, { schema, table, columns: names, values });
      rows += found.rows;
      for (const [column, count] of found.counts) {
        const said = columns.find((one) => one.table === table && one.column === column);
        const holds = said?.holds ?? null;
        findings.push({ table, column, rows: count, holds, reason: said?.reason ?? null });
      }
    }
    const count = [...tables.values()].reduce((sum, names) => sum + names.length, 0);
    return { findings, columns: count, rows };
  } finally {
    await client.end();
  }
}

/** Every type that can carry a person's name in some form. */
const SEARCHED_TYPES = ['text', 'varchar', 'bpchar', 'citext', 'json', 'jsonb', 'bytea', 'inet', '_text'];

async function readTables(
  client: pg.Client,
  schema: string,
): Promise<ReadonlyMap<string, ReadonlyArray<string>>> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'm') AND t.typname = ANY ($2)
      GROUP BY c.relname ORDER BY c.relname`,
    [schema, SEARCHED_TYPES],
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

async function scanTable(
  client: pg.Client,
  options: {
    readonly schema: string;
    readonly table: string;
    readonly columns: ReadonlyArray<string>;
    readonly values: ReadonlyArray<string>;
  },
): Promise<{ readonly rows: number; readonly counts: ReadonlyArray<readonly [string, number]> }> {
  const { columns, values } = options;
  const name = `${pg.escapeIdentifier(options.schema)}.${pg.escapeIdentifier(options.table)}`;
  // `bytea` is looked at as it would read; a byte that is no text shows as an escape.
  const text = (column: string): string => {
    const identifier = pg.escapeIdentifier(column);
    return `CASE WHEN pg_typeof(${identifier})::text = 'bytea' THEN encode(${identifier}::text::bytea, 'escape')
                 ELSE ${identifier}::text END`;
  };
  const counts = columns.map(
    (column, index) =>
      `count(*) FILTER (WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) v
                                       WHERE position(v IN lower(${text(column)})) > 0))::int AS c${index}`,
  );
  const { rows } = await client.query<Record<string, number>>(
    `SELECT count(*)::int AS total, ${counts.join(', ')} FROM ${name}`,
    [values.map((value) => value.toLowerCase())],
  );
  const row = rows[0] ?? {};
  return {
    rows: row['total'] ?? 0,
    counts: columns
      .map((column, index) => [column, row[`c${index}`] ?? 0] as const)
      .filter(([, count]) => count > 0),
  };
}
