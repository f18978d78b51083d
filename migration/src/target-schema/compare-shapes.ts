import { createHash } from 'node:crypto';
import { displayName, sameName, type Catalog, type Table } from '../catalog/index.js';

/**
 * Says where the tables of one database differ from those of the other in what replication and comparison rely on:
 * columns, types, keys.
 *
 * @returns sentences; none when the tables fit
 */
export function shapeDifferences(
  source: { readonly catalog: Catalog; readonly tables: ReadonlyArray<Table> },
  target: { readonly catalog: Catalog; readonly tables: ReadonlyArray<Table> },
): ReadonlyArray<string> {
  return source.tables.flatMap((table) => {
    const label = displayName(table);
    const other = target.tables.find((candidate) => sameName(candidate, table));
    if (other === undefined) return [`${label} is missing on the target.`];
    const differences = table.columns.flatMap((column) => {
      const twin = other.columns.find(({ name }) => name === column.name);
      if (twin === undefined) return [`${label}.${column.name} is missing on the target.`];
      if (twin.type !== column.type) {
        return [`${label}.${column.name} is ${column.type} on the source and ${twin.type} on the target.`];
      }
      const labels = [source, target].map(({ catalog }) => {
        const type = catalog.types.find(
          (candidate) => column.userType !== undefined && sameName(candidate, column.userType),
        );
        return type?.labels.join(', ') ?? '';
      });
      if (labels[0] === labels[1]) return [];
      return [
        `${label}.${column.name}: the enum ${column.type} has ${String(labels[0])} on the source and ${String(labels[1])} on the target.`,
      ];
    });
    const added = other.columns.filter(({ name }) => !table.columns.some((column) => column.name === name));
    const keys = [table, other].map((candidate) => primaryKeyOf(candidate).join(', '));
    return [
      ...differences,
      ...added.map(({ name }) => `${label}.${name} exists on the target only.`),
      ...(keys[0] === keys[1]
        ? []
        : [
            `${label} has the primary key (${String(keys[0])}) on the source and (${String(keys[1])}) on the target.`,
          ]),
    ];
  });
}

/** Columns of the primary key in its order; none when there is none. */
export function primaryKeyOf(table: Table): ReadonlyArray<string> {
  return table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
}

/** Changes when the table's columns or keys are changed, to notice DDL during the weeks of a migration. */
export function shapeDigest(table: Table): string {
  const shape = [
    table.columns.map(({ name, type, notNull, generated }) => [name, type, notNull, generated]),
    table.constraints
      .filter(({ kind }) => kind !== 'exclusion')
      .map(({ name, definition }) => [name, definition]),
  ];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}
