import { quoteName, type QualifiedName, type Table } from '../catalog/index.js';
import { quote } from '../state/index.js';

/** What leaves a table reachable under a name that it had before. */
export interface CompatibilityView {
  /** The old name. */
  readonly name: QualifiedName;
  /** Where the table lies. */
  readonly table: QualifiedName;
}

/**
 * The statements that make a view which reads and writes like the table: the same columns in the same order, the same
 * owner, the same rights. PostgreSQL carries out INSERT, UPDATE and DELETE on such a view on the table itself, with the
 * table's defaults, checks and triggers.
 *
 * @param shape the table as it was read from the catalog, wherever it lay then
 * @param role the role that runs the statements
 */
export function compatibilityViewStatements(
  { name, table }: CompatibilityView,
  shape: Table,
  role: string,
): ReadonlyArray<string> {
  const view = quoteName(name);
  const columns = shape.columns.map((column) => quote(column.name)).join(', ');
  // Row-level security is judged by whoever asks; otherwise the view's owner reads, so nobody needs rights elsewhere.
  const options = shape.rowSecurity === 'off' ? '' : ' WITH (security_invoker = true)';
  return [
    `CREATE VIEW ${view}${options} AS SELECT ${columns} FROM ${quoteName(table)}`,
    `COMMENT ON VIEW ${view} IS 'Left under the old name of ${`${table.schema}.${table.name}`.replaceAll(`'`, `''`)} by the migration, for code that does not know the new one.'`,
    ...(shape.owner === role ? [] : [`ALTER VIEW ${view} OWNER TO ${quote(shape.owner)}`]),
    ...grantStatements(view, shape),
  ];
}

/** Rights that make sense on a view; the others stay on the table alone. */
const VIEW_RIGHTS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE']);

function grantStatements(view: string, { privileges, owner }: Table): ReadonlyArray<string> {
  return privileges
    .filter(({ grantee, privilege }) => grantee !== owner && VIEW_RIGHTS.has(privilege))
    .map(
      ({ grantee, privilege, grantable, column }) =>
        `GRANT ${privilege}${column === undefined ? '' : ` (${quote(column)})`} ON ${view} ` +
        `TO ${grantee === 'PUBLIC' ? 'PUBLIC' : quote(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`,
    );
}
