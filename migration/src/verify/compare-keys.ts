import type pg from 'pg';
import { displayName, quoteName, type Table } from '../catalog/index.js';
import { quote } from '../state/index.js';
import { primaryKeyOf } from '../target-schema/index.js';
import { comparisonOf } from './comparison.js';
import type { ChangedKeys } from './read-changes.js';

const BATCH = 2_000;

/** A row that is not the same on both sides. */
export interface KeyDifference {
  readonly table: string;
  readonly key: ReadonlyArray<string>;
}

/** Compares the rows of some keys, every column of them; a row that both sides lack is the same. */
export async function compareKeys(
  sides: readonly [pg.Client, pg.Client],
  tables: ReadonlyArray<Table>,
  keys: ChangedKeys,
  oldestVersion: number,
): Promise<ReadonlyArray<KeyDifference>> {
  const differences: KeyDifference[] = [];
  for (const table of tables) {
    const changed = keys.get(displayName(table)) ?? [];
    const columns = primaryKeyOf(table);
    const { rowHash } = comparisonOf(table, oldestVersion);
    const given = columns.map((_, index) => quote(`given key ${index}`));
    const conditions = columns.map((column, index) => {
      const type = table.columns.find(({ name }) => name === column)?.type ?? 'text';
      return `${quote(column)} = ${String(given[index])}::${type}`;
    });
    const statement = `
      SELECT ARRAY[${given.join(', ')}]::text AS key, ${rowHash} AS hash
        FROM unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS given (${given.join(', ')})
        JOIN ${quoteName(table)} ON ${conditions.join(' AND ')}`;
    for (let start = 0; start < changed.length; start += BATCH) {
      const batch = changed.slice(start, start + BATCH);
      const values = columns.map((_, index) => batch.map((key) => key[index]));
      const [one, other] = await Promise.all(
        sides.map(async (client) => {
          const { rows } = await client.query<{ key: string; hash: string }>(statement, values);
          return rows.map(({ key, hash }) => `${hash} ${key}`);
        }),
      );
      const [here, there] = [new Set(one), new Set(other)];
      const differing = [...here]
        .filter((row) => !there.has(row))
        .concat([...there].filter((row) => !here.has(row)));
      const labels = new Set(differing.map((row) => row.slice(row.indexOf(' ') + 1)));
      differences.push(...[...labels].map((key) => ({ table: displayName(table), key: [key] })));
    }
  }
  return differences;
}
