import {
  displayName,
  sameName,
  type Catalog,
  type ForeignKey,
  type QualifiedName,
} from '../catalog/index.js';
import type { Crossing, Mapping, Replacement } from '../mapping/index.js';
import type { Ownership } from './ownership.js';
import type { CrossingKey, CrossingStatement } from './plan.js';

/** Finds every foreign key between tables of two services, with what the mapping puts in its place or a proposal. */
export function findCrossingKeys(
  catalog: Catalog,
  ownership: Ownership,
  mapping: Mapping,
  statements: ReadonlyArray<CrossingStatement> = [],
): ReadonlyArray<CrossingKey> {
  return catalog.foreignKeys.flatMap((key) => {
    const from = ownership.serviceOf(key.table);
    const to = ownership.serviceOf(key.referencedTable);
    if (from === undefined || to === undefined || from === to) return [];
    const decision = decisionFor(mapping, ownership, key);
    const [table, references] = [placeOf(ownership, key.table), placeOf(ownership, key.referencedTable)];
    const crossing: Crossing = decision ?? {
      constraint: key.name,
      table: { schema: table.schema, table: table.name },
      columns: [...key.columns],
      references: { schema: references.schema, table: references.name },
      referencedColumns: [...key.referencedColumns],
      ...proposeReplacement(key),
    };
    return [
      {
        constraint: key.name,
        table: displayName(table),
        columns: key.columns,
        references: displayName(references),
        referencedColumns: key.referencedColumns,
        onDelete: key.onDelete,
        onUpdate: key.onUpdate,
        from,
        to,
        replacement: crossing.replacement,
        decided: decision !== undefined,
        reason: crossing.reason ?? '',
        readTogether: statements
          .filter(({ tables }) =>
            [key.table, key.referencedTable].every((end) => tables.includes(displayName(end))),
          )
          .reduce((sum, { share }) => sum + share, 0),
        crossing,
      },
    ];
  });
}

/** The name that a table is moved under, which is how the mapping's crossings call it. */
export function placeOf(ownership: Ownership, table: QualifiedName): QualifiedName {
  const owned = ownership.tables.find(({ table: candidate }) => sameName(candidate, table));
  return owned === undefined ? table : { schema: owned.mapped.schema, name: owned.mapped.table };
}

/** What keeps the meaning of a key's action without the key. */
export function proposeReplacement({ onDelete }: Pick<ForeignKey, 'onDelete'>): {
  readonly replacement: Replacement;
  readonly reason: string;
} {
  switch (onDelete) {
    case 'cascade':
      return {
        replacement: 'delete',
        reason: 'ON DELETE CASCADE: the rows go after the one that they refer to',
      };
    case 'set null':
      return { replacement: 'set-null', reason: 'ON DELETE SET NULL: the rows stay and lose the reference' };
    case 'set default':
      return {
        replacement: 'none',
        reason: 'ON DELETE SET DEFAULT has no counterpart: the service has to do it',
      };
    case 'restrict':
    case 'no action':
      return {
        replacement: 'refuse',
        reason: `ON DELETE ${onDelete.toUpperCase()}: the deletion is refused while there are references`,
      };
  }
}

function decisionFor(mapping: Mapping, ownership: Ownership, key: ForeignKey): Crossing | undefined {
  const place = placeOf(ownership, key.table);
  return mapping.crossings.find(
    ({ constraint, table }) =>
      constraint === key.name && table.schema === place.schema && table.table === place.name,
  );
}
