import type pg from 'pg';
import { notOfExtension, userSchema } from './scope.js';
import type { Routine, Trigger } from './types.js';

/** Reads every function and procedure that no extension brought. */
export async function readRoutines(client: pg.ClientBase): Promise<ReadonlyArray<Routine>> {
  const { rows } = await client.query<Omit<Routine, 'definition'> & { definition: string | null }>(`
    SELECT n.nspname AS schema, p.proname AS name, pg_get_function_identity_arguments(p.oid) AS arguments,
           CASE p.prokind WHEN 'f' THEN 'function' WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'window' END
             AS kind,
           l.lanname AS language, pg_get_userbyid(p.proowner) AS owner,
           CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition,
           (SELECT coalesce(json_agg(json_build_object('schema', used.schema, 'name', used.name)
                                     ORDER BY used.schema, used.name), '[]')
              FROM (SELECT DISTINCT used_namespace.nspname AS schema, relation.relname AS name
                      FROM pg_depend d
                      JOIN pg_class relation ON relation.oid = d.refobjid AND relation.relkind IN ('r', 'p', 'v', 'm')
                      JOIN pg_namespace used_namespace ON used_namespace.oid = relation.relnamespace
                     WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                       AND d.refclassid = 'pg_class'::regclass) AS used) AS uses
      FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_language l ON l.oid = p.prolang
     WHERE ${userSchema('n.nspname')} AND ${notOfExtension('pg_proc', 'p.oid')}
     ORDER BY 1, 2, 3`);
  return rows.map((row) => ({ ...row, definition: row.definition ?? undefined }));
}

/** Reads every trigger that somebody wrote; those of foreign keys, and those that partitions inherit, are left out. */
export async function readTriggers(client: pg.ClientBase): Promise<ReadonlyArray<Trigger>> {
  const { rows } = await client.query<{
    name: string;
    schema: string;
    table_name: string;
    function_schema: string;
    function_name: string;
    enabled: Trigger['enabled'];
    definition: string;
  }>(`
    SELECT t.tgname AS name, n.nspname AS schema, c.relname AS table_name,
           function_namespace.nspname AS function_schema, p.proname AS function_name,
           t.tgenabled AS enabled, pg_get_triggerdef(t.oid) AS definition
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace AND ${userSchema('n.nspname')}
      JOIN pg_proc p ON p.oid = t.tgfoid
      JOIN pg_namespace function_namespace ON function_namespace.oid = p.pronamespace
     WHERE NOT t.tgisinternal AND ${notOfExtension('pg_class', 'c.oid')}
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid
                          AND d.refclassid = 'pg_trigger'::regclass)
     ORDER BY 2, 3, 1`);
  return rows.map((row) => ({
    name: row.name,
    table: { schema: row.schema, name: row.table_name },
    function: { schema: row.function_schema, name: row.function_name },
    enabled: row.enabled,
    definition: row.definition,
  }));
}
