import { displayName, type Catalog, type Table } from '../catalog/index.js';
import type { MappedService } from './mapping.js';
import { badMapping } from './read-mapping.js';

/**
 * Holds a service's part of a mapping to a database.
 *
 * @returns its tables
 * @throws MigrationError `BAD_MAPPING` when a table is missing, not moved into its place yet, or a column was left out
 */
export function findTables(
  service: string,
  mapped: MappedService,
  catalog: Catalog,
  where: string,
): ReadonlyArray<Table> {
  const mistakes: string[] = [];
  const tables = mapped.tables.flatMap(({ schema, table: name, from, columns }) => {
    const label = displayName({ schema, name });
    const table = catalog.tables.find((candidate) => candidate.schema === schema && candidate.name === name);
    if (table === undefined) {
      const former = catalog.tables.some(
        (candidate) => candidate.schema === from?.schema && candidate.name === from.table,
      );
      mistakes.push(
        former
          ? `services.${service}: ${label} still lies at ${String(from?.schema)}.${String(from?.table)}; run \`adopt\` first.`
          : `services.${service}: ${where} has no table ${label}.`,
      );
      return [];
    }
    if (columns !== undefined) {
      const present = table.columns.map((column) => column.name);
      const leftOut = present.filter((column) => !columns.includes(column));
      const unknown = columns.filter((column) => !present.includes(column));
      if (leftOut.length > 0) {
        mistakes.push(
          `services.${service}: ${label} leaves out ${leftOut.join(', ')}; every column moves: add ${leftOut.length === 1 ? 'it' : 'them'}.`,
        );
      }
      if (unknown.length > 0)
        mistakes.push(`services.${service}: ${label} has no column ${unknown.join(', ')}.`);
    }
    return [table];
  });
  if (mistakes.length > 0) throw badMapping('The mapping', mistakes);
  return tables;
}
