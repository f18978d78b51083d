import { displayName, quoteName, readCatalog, sameName, type Table } from '../catalog/index.js';
import type { MoveContext } from '../move/index.js';
import { quote } from '../state/index.js';
import type { DroppedKey } from './crossing-keys.js';

/** References of one foreign key that led nowhere. */
export interface OrphanRepair {
  readonly constraint: string;
  readonly table: string;
  readonly rows: number;
  /** `kept`: the key forbids such a deletion, so that a person has to decide. */
  readonly done: 'deleted' | 'set null' | 'kept';
}

interface Reference {
  readonly name: string;
  readonly table: string;
  readonly label: string;
  readonly columns: ReadonlyArray<string>;
  readonly referenced: string;
  readonly referencedColumns: ReadonlyArray<string>;
  readonly action: OrphanRepair['done'];
}

/**
 * Does what foreign keys would have done when rows were deleted on the other side: the stream back applies deletions
 * without their cascades. Looks at keys that still stand, which do not notice, and at those that were taken away.
 */
export async function repairOrphans(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
  dropped: ReadonlyArray<DroppedKey>,
): Promise<ReadonlyArray<OrphanRepair>> {
  const { source } = context;
  const catalog = await readCatalog(source);
  const standing = catalog.foreignKeys
    .filter(({ referencedTable }) => tables.some((table) => sameName(table, referencedTable)))
    .map((key): Reference => ({
      name: key.name,
      table: quoteName(key.table),
      label: displayName(key.table),
      columns: key.columns,
      referenced: quoteName(key.referencedTable),
      referencedColumns: key.referencedColumns,
      action: key.onDelete === 'cascade' ? 'deleted' : key.onDelete === 'set null' ? 'set null' : 'kept',
    }));
  const references = [...standing, ...dropped.flatMap(referenceOf)];
  const repairs: OrphanRepair[] = [];
  for (const reference of references) {
    const { table, columns, referenced, referencedColumns, action } = reference;
    const orphan = `${columns.map((column) => `o.${quote(column)} IS NOT NULL`).join(' AND ')}
      AND NOT EXISTS (SELECT FROM ${referenced} r WHERE ${columns
        .map((column, index) => `r.${quote(referencedColumns[index] ?? '')} = o.${quote(column)}`)
        .join(' AND ')})`;
    const statement =
      action === 'deleted'
        ? `DELETE FROM ${table} o WHERE ${orphan}`
        : action === 'set null'
          ? `UPDATE ${table} o SET ${columns.map((column) => `${quote(column)} = NULL`).join(', ')} WHERE ${orphan}`
          : `SELECT 1 FROM ${table} o WHERE ${orphan}`;
    const { rowCount } = await source.query(statement);
    if ((rowCount ?? 0) > 0) {
      repairs.push({ constraint: reference.name, table: reference.label, rows: rowCount ?? 0, done: action });
    }
  }
  return repairs;
}

function referenceOf({ name, table, definition, crossing }: DroppedKey): ReadonlyArray<Reference> {
  if (crossing === undefined) return [];
  return [
    {
      name,
      table: quoteName(table),
      label: displayName(table),
      columns: crossing.columns,
      referenced: quoteName({ schema: crossing.references.schema, name: crossing.references.table }),
      referencedColumns: crossing.referencedColumns,
      action: / ON DELETE CASCADE/.test(definition)
        ? 'deleted'
        : / ON DELETE SET NULL/.test(definition)
          ? 'set null'
          : 'kept',
    },
  ];
}
