import type pg from 'pg';
import { readPrivileges } from './read-relations.js';
import { notOfExtension, userSchema } from './scope.js';
import type { Sequence, UserType } from './types.js';

interface ColumnOfTable {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

/** Reads every sequence with the column that owns it and those whose defaults draw from it. */
export async function readSequences(client: pg.ClientBase): Promise<ReadonlyArray<Sequence>> {
  const { rows } = await client.query<{
    oid: number;
    schema: string;
    name: string;
    owner: string;
    type: string;
    start: string;
    increment: string;
    minimum: string;
    maximum: string;
    cache: string;
    cycle: boolean;
    owned_by: ColumnOfTable | null;
    identity: boolean;
    used_by: ColumnOfTable[];
  }>(`
    SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
           format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment,
           s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
           (SELECT json_build_object('schema', owner_namespace.nspname, 'name', t.relname, 'column', a.attname)
              FROM pg_depend d
              JOIN pg_class t ON t.oid = d.refobjid
              JOIN pg_namespace owner_namespace ON owner_namespace.oid = t.relnamespace
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LIMIT 1) AS owned_by,
           EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i') AS identity,
           (SELECT coalesce(json_agg(json_build_object('schema', user_namespace.nspname, 'name', t.relname,
                                                       'column', a.attname)
                                     ORDER BY user_namespace.nspname, t.relname, a.attname), '[]')
              FROM pg_depend d
              JOIN pg_attrdef f ON f.oid = d.objid
              JOIN pg_class t ON t.oid = f.adrelid
              JOIN pg_namespace user_namespace ON user_namespace.oid = t.relnamespace
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.adnum
             WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = c.oid AND t.relkind IN ('r', 'p')) AS used_by
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_sequence s ON s.seqrelid = c.oid
     WHERE c.relkind = 'S' AND c.relpersistence <> 't'
       AND ${userSchema('n.nspname')} AND ${notOfExtension('pg_class', 'c.oid')}
     ORDER BY 2, 3`);
  const privileges = await readPrivileges(client);
  return rows.map(({ oid, owned_by, used_by, ...sequence }) => ({
    ...sequence,
    ownedBy: owned_by === null ? undefined : columnOf(owned_by),
    usedBy: used_by.map(columnOf),
    privileges: privileges.get(oid) ?? [],
  }));
}

function columnOf({ schema, name, column }: ColumnOfTable): {
  readonly table: { readonly schema: string; readonly name: string };
  readonly column: string;
} {
  return { table: { schema, name }, column };
}

/** Reads every enum, domain and composite type that no extension brought; a table's own row type is left out. */
export async function readUserTypes(client: pg.ClientBase): Promise<ReadonlyArray<UserType>> {
  const { rows } = await client.query<Omit<UserType, 'domain'> & { domain: string | null }>(`
    SELECT n.nspname AS schema, t.typname AS name,
           CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'composite' END AS kind,
           pg_get_userbyid(t.typowner) AS owner,
           ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder) AS labels,
           CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
             || CASE WHEN t.typdefault IS NOT NULL THEN ' DEFAULT ' || t.typdefault ELSE '' END
             || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
             || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid), ''
                                            ORDER BY conname)
                            FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'), '') END AS domain
      FROM pg_type t
      JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_class c ON c.oid = t.typrelid
     WHERE (t.typtype IN ('e', 'd') OR (t.typtype = 'c' AND c.relkind = 'c'))
       AND ${userSchema('n.nspname')} AND ${notOfExtension('pg_type', 't.oid')}
     ORDER BY 1, 2`);
  return rows.map((row) => ({ ...row, domain: row.domain ?? undefined }));
}
