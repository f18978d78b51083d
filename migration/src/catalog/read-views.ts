import type pg from 'pg';
import { readPrivileges } from './read-relations.js';
import { notOfExtension, userSchema } from './scope.js';
import type { View } from './types.js';

/** Reads every view and materialized view with what it reads. */
export async function readViews(client: pg.ClientBase): Promise<ReadonlyArray<View>> {
  const { rows } = await client.query<{
    oid: number;
    schema: string;
    name: string;
    kind: View['kind'];
    owner: string;
    definition: string;
    reads: View['reads'];
  }>(`
    SELECT c.oid, n.nspname AS schema, c.relname AS name,
           CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END AS kind,
           pg_get_userbyid(c.relowner) AS owner, pg_get_viewdef(c.oid) AS definition,
           (SELECT coalesce(json_agg(json_build_object('schema', used.schema, 'name', used.name)
                                     ORDER BY used.schema, used.name), '[]')
              FROM (SELECT DISTINCT read_namespace.nspname AS schema, read.relname AS name
                      FROM pg_rewrite rule
                      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = rule.oid
                                      AND d.refclassid = 'pg_class'::regclass
                      JOIN pg_class read ON read.oid = d.refobjid AND read.oid <> c.oid
                                        AND read.relkind IN ('r', 'p', 'v', 'm', 'f')
                      JOIN pg_namespace read_namespace ON read_namespace.oid = read.relnamespace
                     WHERE rule.ev_class = c.oid) AS used) AS reads
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND ${userSchema('n.nspname')} AND ${notOfExtension('pg_class', 'c.oid')}
     ORDER BY 2, 3`);
  const privileges = await readPrivileges(client);
  return rows.map(({ oid, ...view }) => ({ ...view, privileges: privileges.get(oid) ?? [] }));
}
