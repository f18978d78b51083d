import { displayName, type Catalog } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import type { TableMove } from './move-table.js';

/**
 * Looks for everything that would make a move fail half-way, before the first one.
 *
 * @throws {MigrationError} `UNFIT_TABLE` with all of it
 */
export function requireMovable(catalog: Catalog, moves: ReadonlyArray<TableMove>): void {
  const problems = [...ofRights(catalog, moves), ...moves.flatMap((move) => ofTable(catalog, move))];
  if (problems.length === 0) return;
  throw new MigrationError(
    'UNFIT_TABLE',
    `Nothing was changed, because this would fail:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
  );
}

function ofRights({ server }: Catalog, moves: ReadonlyArray<TableMove>): ReadonlyArray<string> {
  return moves.length === 0 || server.mayCreateInDatabase
    ? []
    : [
        `The role ${server.role} may not create schemas. As an administrator: GRANT CREATE ON DATABASE "${server.database}" TO "${server.role}".`,
      ];
}

function ofTable(catalog: Catalog, { table, from, place }: TableMove): ReadonlyArray<string> {
  const name = displayName(from);
  const problems: string[] = [];
  if (!table.owned) {
    problems.push(`${name} belongs to ${table.owner}: connect as that role or as a member of it.`);
  }
  if (table.rowSecurity !== 'off' && catalog.server.majorVersion < 15) {
    problems.push(
      `${name} has row-level security, which a view can pass on to its reader from PostgreSQL 15 only: leave "from" out and keep the table where it is.`,
    );
  }
  if (table.rules.length > 0) {
    problems.push(
      `${name} has rules (${table.rules.join(', ')}), which its old name would lose: turn them into triggers.`,
    );
  }
  const taken = new Set(
    [...catalog.tables, ...catalog.views, ...catalog.sequences]
      .filter(({ schema }) => schema === place.schema)
      .flatMap((relation) => [
        relation.name,
        ...('indexes' in relation ? relation.indexes.map((index) => index.name) : []),
      ]),
  );
  // A table's indexes and its own sequences come along under their names.
  const carried =
    from.schema === place.schema
      ? [place.name]
      : [
          place.name,
          ...table.indexes.map((index) => index.name),
          ...catalog.sequences
            .filter(
              ({ ownedBy }) => ownedBy?.table.schema === from.schema && ownedBy.table.name === from.name,
            )
            .map((sequence) => sequence.name),
        ];
  for (const clash of carried.filter((candidate) => taken.has(candidate))) {
    problems.push(
      `${name} brings ${clash}, but the schema ${place.schema} has something of that name: rename one of them.`,
    );
  }
  return problems;
}
