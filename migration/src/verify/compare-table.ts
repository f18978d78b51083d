import type pg from 'pg';
import { quoteText } from '../state/index.js';
import type { TableComparison } from './comparison.js';
import { compareRows, type RowDifference } from './compare-rows.js';

/** The two snapshots. */
export interface Snapshots {
  readonly source: pg.Client;
  readonly target: pg.Client;
}

export interface TableResult {
  readonly rows: { readonly source: number; readonly target: number };
  /** Ranges of the primary key that were compared by their hashes. */
  readonly ranges: number;
  readonly differingRanges: number;
  /** The first ones; `isComplete` tells whether these are all. */
  readonly differences: ReadonlyArray<RowDifference>;
  readonly isComplete: boolean;
  readonly milliseconds: number;
}

interface Part {
  readonly condition: string;
  readonly rows: { readonly source: number; readonly target: number };
}

/** As many rows as this are held in memory at once, keys and hashes only. */
const LEAF_ROWS = 2_000;
const SPLIT = 64;

/**
 * Compares all rows of a table in two snapshots: one pass of hashes by ranges of the key, then ever smaller ranges of what
 * differs, down to rows and columns. Memory does not grow with the table.
 *
 * @param options.maximumDifferences rows after which the search for more ends
 * @param options.showValues whether differing values are reported too; they may be personal data
 */
export async function compareTable(
  snapshots: Snapshots,
  table: TableComparison,
  options: { readonly maximumDifferences: number; readonly showValues: boolean },
): Promise<TableResult> {
  const begin = performance.now();
  const bounds = await histogramBounds(snapshots.source, table);
  const first = await compareRanges(snapshots, table, 'true', bounds);
  const differences: RowDifference[] = [];
  const pending = [...first.differing].reverse();
  let isComplete = true;
  while (pending.length > 0) {
    if (differences.length >= options.maximumDifferences) {
      isComplete = false;
      break;
    }
    const part = pending.pop();
    if (part === undefined) break;
    const size = Math.max(part.rows.source, part.rows.target);
    if (size <= LEAF_ROWS) {
      differences.push(...(await compareRows(snapshots, table, part.condition, options.showValues)));
      continue;
    }
    pending.push(...[...(await split(snapshots, table, part.condition, size))].reverse());
  }
  return {
    rows: first.rows,
    ranges: first.ranges,
    differingRanges: first.differing.length,
    differences: differences.slice(0, options.maximumDifferences),
    isComplete: isComplete && differences.length <= options.maximumDifferences,
    milliseconds: performance.now() - begin,
  };
}

/** Rows and a sum of hashes for each range between bounds, in one pass over the table. */
async function compareRanges(
  snapshots: Snapshots,
  table: TableComparison,
  condition: string,
  bounds: ReadonlyArray<string>,
): Promise<{
  readonly rows: { source: number; target: number };
  readonly ranges: number;
  readonly differing: ReadonlyArray<Part>;
}> {
  const array = `${quoteText(`{${bounds.map((bound) => `"${bound.replace(/["\\]/g, '\\$&')}"`).join(',')}}`)}::${table.rangeType}[]`;
  const bucket = bounds.length === 0 ? '0' : `width_bucket(${table.rangeKey}, ${array})`;
  const partOf = (index: number): string => {
    const [low, high] = [bounds[index - 1], bounds[index]];
    const limits = [
      ...(low === undefined ? [] : [`${table.rangeKey} >= ${quoteText(low)}::${table.rangeType}`]),
      ...(high === undefined ? [] : [`${table.rangeKey} < ${quoteText(high)}::${table.rangeType}`]),
    ];
    return [`(${condition})`, ...limits].join(' AND ');
  };
  return compareGroups(snapshots, table, condition, bucket, partOf);
}

async function compareGroups(
  { source, target }: Snapshots,
  table: TableComparison,
  condition: string,
  group: string,
  partOf: (index: number) => string,
): Promise<{ rows: { source: number; target: number }; ranges: number; differing: ReadonlyArray<Part> }> {
  const statement = `SELECT ${group} AS bucket, count(*) AS rows, sum(${table.rowHash}) AS hash FROM ${table.name} WHERE ${condition} GROUP BY 1`;
  const [ofSource, ofTarget] = await Promise.all(
    [source, target].map(async (client) => {
      const { rows } = await client.query<{ bucket: number | string; rows: string; hash: string }>(statement);
      return new Map(rows.map((row) => [Number(row.bucket), { rows: Number(row.rows), hash: row.hash }]));
    }),
  );
  const [one, other] = [ofSource ?? new Map<number, never>(), ofTarget ?? new Map<number, never>()];
  const indexes = [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b);
  const total = (side: typeof one): number => [...side.values()].reduce((sum, { rows }) => sum + rows, 0);
  return {
    rows: { source: total(one), target: total(other) },
    ranges: Math.max(1, indexes.length),
    differing: indexes.flatMap((index) => {
      const [here, there] = [one.get(index), other.get(index)];
      if (here?.rows === there?.rows && here?.hash === there?.hash) return [];
      return [{ condition: partOf(index), rows: { source: here?.rows ?? 0, target: there?.rows ?? 0 } }];
    }),
  };
}

/** Divides a range that differs; by the key's hash where the first column of the key does not tell rows apart. */
async function split(
  snapshots: Snapshots,
  table: TableComparison,
  condition: string,
  size: number,
): Promise<ReadonlyArray<Part>> {
  const fractions = Array.from({ length: SPLIT - 1 }, (_, index) => (index + 1) / SPLIT).join(',');
  const statement = `
    SELECT percentile_disc(ARRAY[${fractions}]) WITHIN GROUP (ORDER BY ${table.rangeKey})::text[] AS bounds, count(*) AS rows
      FROM ${table.name} WHERE ${condition}`;
  const answers = await Promise.all(
    [snapshots.source, snapshots.target].map(async (client) => {
      const { rows } = await client.query<{ bounds: string[] | null; rows: string }>(statement);
      return { bounds: rows[0]?.bounds ?? [], rows: Number(rows[0]?.rows ?? '0') };
    }),
  );
  const fuller = answers.reduce((best, answer) => (answer.rows > best.rows ? answer : best));
  const bounds = [...new Set(fuller.bounds)];
  const { differing } =
    bounds.length > 1 ? await compareRanges(snapshots, table, condition, bounds) : { differing: [] };
  const isSmaller =
    differing.length > 0 && differing.every(({ rows }) => Math.max(rows.source, rows.target) < size);
  if (isSmaller) return differing;
  const parts = Math.ceil(size / (LEAF_ROWS / 4));
  const group = `((${table.keyHash} & 9223372036854775807) % ${parts})`;
  const hashed = await compareGroups(
    snapshots,
    table,
    condition,
    group,
    (index) => `(${condition}) AND ${group} = ${index}`,
  );
  return hashed.differing;
}

/** What the planner knows of how the key is spread: about a hundred ranges of like size, at no cost. */
async function histogramBounds(source: pg.Client, table: TableComparison): Promise<ReadonlyArray<string>> {
  const { rows } = await source.query<{ bounds: string[] | null }>(
    `SELECT (SELECT array_agg(DISTINCT b ORDER BY b) FROM unnest(s.histogram_bounds::text::${table.rangeType}[]) b)::text[] AS bounds
       FROM pg_stats s
      WHERE quote_ident(s.schemaname) || '.' || quote_ident(s.tablename) = $1::regclass::text AND s.attname = $2`,
    [table.name, table.firstKey],
  );
  const bounds = rows[0]?.bounds ?? [];
  // Text is ordered by its bytes here and by the column's collation there.
  return table.rangeType === 'text'
    ? [...bounds].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : bounds;
}
