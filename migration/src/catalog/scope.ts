/**
 * SQL for "belongs to somebody who uses this database": not the system's, not a session's own, not this tool's.
 * The tool keeps its state in a schema of its own name, which is no service's.
 *
 * @param schemaColumn of `pg_namespace.nspname` in the statement
 */
export function userSchema(schemaColumn: string): string {
  return `${schemaColumn} NOT IN ('information_schema', '${STATE_SCHEMA}') AND ${schemaColumn} NOT LIKE 'pg\\_%'`;
}

/** SQL for "no extension brought it". */
export function notOfExtension(catalog: string, oidColumn: string): string {
  return `NOT EXISTS (SELECT FROM pg_catalog.pg_depend extension_member
    WHERE extension_member.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass
      AND extension_member.objid = ${oidColumn} AND extension_member.deptype = 'e')`;
}

/** The schema in which the migration keeps its own state. */
export const STATE_SCHEMA = 'supergraph_migration';
