import { quoteName, type Catalog, type Privilege, type QualifiedName, type Table } from '../catalog/index.js';
import { quote } from '../state/index.js';

/**
 * The rights that roles have on the source's tables, for those roles that exist on the target too. An owner's rights
 * are granted, since on the target the tables belong to whoever migrates.
 *
 * @param roles roles of the target
 * @param self the role that makes the tables
 */
export function grantStatements(
  catalog: Catalog,
  tables: ReadonlyArray<Table>,
  roles: ReadonlySet<string>,
  self: string,
): ReadonlyArray<string> {
  const isGrantee = (role: string): boolean => role !== self && (role === 'PUBLIC' || roles.has(role));
  const sequences = catalog.sequences.filter(({ ownedBy, usedBy }) =>
    [...usedBy, ...(ownedBy === undefined ? [] : [ownedBy])].some(({ table }) =>
      tables.some(({ schema, name }) => schema === table.schema && name === table.name),
    ),
  );
  const statements: string[] = [];
  const users = new Map<string, Set<string>>();
  const grant = (
    kind: 'TABLE' | 'SEQUENCE',
    relation: QualifiedName & { owner: string },
    privileges: ReadonlyArray<Privilege>,
  ): void => {
    const name = quoteName(relation);
    if (isGrantee(relation.owner)) {
      statements.push(`GRANT ALL ON ${kind} ${name} TO ${role(relation.owner)}`);
      users.set(relation.schema, (users.get(relation.schema) ?? new Set()).add(relation.owner));
    }
    for (const { grantee, privilege, grantable, column } of privileges) {
      if (!isGrantee(grantee) || grantee === relation.owner) continue;
      const columns = column === undefined ? '' : ` (${quote(column)})`;
      statements.push(
        `GRANT ${privilege}${columns} ON ${kind} ${name} TO ${role(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`,
      );
      users.set(relation.schema, (users.get(relation.schema) ?? new Set()).add(grantee));
    }
  };
  tables.forEach((table) => grant('TABLE', table, table.privileges));
  sequences.forEach((sequence) => grant('SEQUENCE', sequence, sequence.privileges));
  for (const [schema, grantees] of users) {
    for (const grantee of grantees)
      statements.unshift(`GRANT USAGE ON SCHEMA ${quote(schema)} TO ${role(grantee)}`);
  }
  return statements;
}

function role(name: string): string {
  return name === 'PUBLIC' ? 'PUBLIC' : quote(name);
}
