import { quote, quoteText } from '../state/index.js';
import type { Snapshots } from './compare-table.js';
import type { TableComparison } from './comparison.js';

/** One row that is not the same on both sides. */
export interface RowDifference {
  /** The primary key as text, in the key's order. */
  readonly key: ReadonlyArray<string>;
  readonly kind: 'missing on the target' | 'on the target only' | 'different';
  /** Columns that differ; empty for a row that one side does not have. */
  readonly columns: ReadonlyArray<{
    readonly name: string;
    /** Values as text, when they were asked for; null is null. */
    readonly source?: string | null;
    readonly target?: string | null;
  }>;
}

/** Compares the rows of a part that is small enough to be held in memory, in the key's order of arrival. */
export async function compareRows(
  snapshots: Snapshots,
  table: TableComparison,
  condition: string,
  showValues: boolean,
): Promise<ReadonlyArray<RowDifference>> {
  const keyText = `ARRAY[${table.keys.map((key) => `${quote(key)}::text`).join(', ')}]::text`;
  const sides = [snapshots.source, snapshots.target];
  const [source, target] = await Promise.all(
    sides.map(async (client) => {
      const { rows } = await client.query<{ key: string; hash: string }>(
        `SELECT ${keyText} AS key, ${table.rowHash} AS hash FROM ${table.name} WHERE ${condition}`,
      );
      return new Map(rows.map(({ key, hash }) => [key, hash]));
    }),
  );
  if (source === undefined || target === undefined) return [];
  const keys = [...new Set([...source.keys(), ...target.keys()])].filter(
    (key) => source.get(key) !== target.get(key),
  );
  if (keys.length === 0) return [];
  const columns = table.columns.map((column) => `${quote(column)}::text`).join(', ');
  const [ofSource, ofTarget] = await Promise.all(
    sides.map(async (client) => {
      const { rows } = await client.query<{ key: string; parts: string[]; values: Array<string | null> }>(
        `SELECT ${keyText} AS key, ARRAY[${table.keys.map((key) => `${quote(key)}::text`).join(', ')}] AS parts,
                ARRAY[${columns}] AS values
           FROM ${table.name} WHERE (${condition}) AND ${keyText} IN (${keys.map(quoteText).join(', ')})`,
      );
      return new Map(rows.map((row) => [row.key, row]));
    }),
  );
  return keys.map((key) => {
    const [one, other] = [ofSource?.get(key), ofTarget?.get(key)];
    const parts = one?.parts ?? other?.parts ?? [];
    if (one === undefined) return { key: parts, kind: 'on the target only', columns: [] };
    if (other === undefined) return { key: parts, kind: 'missing on the target', columns: [] };
    return {
      key: parts,
      kind: 'different',
      columns: table.columns.flatMap((name, index) => {
        const [here, there] = [one.values[index] ?? null, other.values[index] ?? null];
        if (here === there) return [];
        return [showValues ? { name, source: here, target: there } : { name }];
      }),
    };
  });
}
