import type pg from 'pg';
import { notOfExtension, userSchema } from './scope.js';
import type { Column, Constraint, Index, Privilege, ReplicaIdentity, Table } from './types.js';

/** Reads every ordinary and partitioned table with its columns, constraints and indexes. */
export async function readTables(client: pg.ClientBase): Promise<ReadonlyArray<Table>> {
  const { rows } = await client.query<{
    oid: number;
    schema: string;
    name: string;
    kind: Table['kind'];
    parent_schema: string | null;
    parent_name: string | null;
    owner: string;
    unlogged: boolean;
    replica_identity: 'd' | 'n' | 'f' | 'i';
    row_security: Table['rowSecurity'];
    rules: string[];
    estimated_rows: number;
    pages: number;
    table_bytes: string;
    index_bytes: string;
    owned: boolean;
    readable: boolean;
  }>(`
    SELECT c.oid AS oid, n.nspname AS schema, c.relname AS name,
           CASE c.relkind WHEN 'p' THEN 'partitioned' ELSE 'table' END AS kind,
           parent_namespace.nspname AS parent_schema, parent.relname AS parent_name,
           pg_get_userbyid(c.relowner) AS owner, c.relpersistence = 'u' AS unlogged,
           c.relreplident AS replica_identity,
           CASE WHEN NOT c.relrowsecurity THEN 'off' WHEN c.relforcerowsecurity THEN 'forced' ELSE 'on' END AS row_security,
           ARRAY(SELECT rulename::text FROM pg_rewrite WHERE ev_class = c.oid ORDER BY 1) AS rules,
           c.reltuples AS estimated_rows, c.relpages AS pages,
           pg_table_size(c.oid) AS table_bytes, pg_indexes_size(c.oid) AS index_bytes,
           pg_has_role(c.relowner, 'USAGE') AS owned,
           has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
             AND NOT row_security_active(c.oid) AS readable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhseqno = 1
      LEFT JOIN pg_class parent ON parent.oid = i.inhparent
      LEFT JOIN pg_namespace parent_namespace ON parent_namespace.oid = parent.relnamespace
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
       AND ${userSchema('n.nspname')} AND ${notOfExtension('pg_class', 'c.oid')}
     ORDER BY 2, 3`);
  const [columns, constraints, indexes, privileges] = [
    await readColumns(client),
    await readConstraints(client),
    await readIndexes(client),
    await readPrivileges(client),
  ];
  return rows.map((row) => {
    const own = indexes.get(row.oid) ?? [];
    const keys = constraints.get(row.oid) ?? [];
    const replicaIdentity = REPLICA_IDENTITIES[row.replica_identity];
    return {
      schema: row.schema,
      name: row.name,
      kind: row.kind,
      parent:
        row.parent_schema === null || row.parent_name === null
          ? undefined
          : { schema: row.parent_schema, name: row.parent_name },
      owner: row.owner,
      unlogged: row.unlogged,
      columns: columns.get(row.oid) ?? [],
      constraints: keys,
      indexes: own,
      replicaIdentity,
      identifiesRows:
        replicaIdentity === 'full' ||
        (replicaIdentity === 'index' && own.some((index) => index.replicaIdentity)) ||
        (replicaIdentity === 'default' &&
          keys.some(({ kind, definition }) => kind === 'primary key' && !/ DEFERRABLE/.test(definition))),
      rowSecurity: row.row_security,
      rules: row.rules,
      privileges: privileges.get(row.oid) ?? [],
      // Before 14 a table that was never analysed says 0 rows in 0 pages, from 14 on -1 rows.
      estimatedRows:
        row.estimated_rows < 0 || (row.estimated_rows === 0 && row.pages === 0)
          ? undefined
          : row.estimated_rows,
      tableBytes: Number(row.table_bytes),
      indexBytes: Number(row.index_bytes),
      owned: row.owned,
      readable: row.readable,
    };
  });
}

const REPLICA_IDENTITIES: Readonly<Record<'d' | 'n' | 'f' | 'i', ReplicaIdentity>> = {
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
};

async function readColumns(client: pg.ClientBase): Promise<ReadonlyMap<number, ReadonlyArray<Column>>> {
  const { rows } = await client.query<{
    relation: number;
    name: string;
    position: number;
    type: string;
    type_schema: string | null;
    type_name: string | null;
    not_null: boolean;
    expression: string | null;
    identity: '' | 'a' | 'd';
    generated: '' | 's' | 'v';
    collation: string | null;
  }>(`
    SELECT a.attrelid AS relation, a.attname AS name, a.attnum AS position,
           format_type(a.atttypid, a.atttypmod) AS type,
           user_namespace.nspname AS type_schema, user_type.typname AS type_name,
           a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS expression,
           a.attidentity AS identity, a.attgenerated AS generated,
           CASE WHEN a.attcollation <> t.typcollation THEN
             quote_ident(collation_namespace.nspname) || '.' || quote_ident(collation_of.collname) END AS collation
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      JOIN pg_namespace n ON n.oid = c.relnamespace AND ${userSchema('n.nspname')}
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_type user_type
        ON user_type.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
       AND user_type.typtype IN ('e', 'd', 'c')
       AND EXISTS (SELECT FROM pg_namespace WHERE oid = user_type.typnamespace AND ${userSchema('nspname')})
      LEFT JOIN pg_namespace user_namespace ON user_namespace.oid = user_type.typnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN pg_collation collation_of ON collation_of.oid = a.attcollation
      LEFT JOIN pg_namespace collation_namespace ON collation_namespace.oid = collation_of.collnamespace
     WHERE a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attrelid, a.attnum`);
  return collect(rows, (row) => ({
    name: row.name,
    position: row.position,
    type: row.type,
    userType:
      row.type_schema === null || row.type_name === null
        ? undefined
        : { schema: row.type_schema, name: row.type_name },
    notNull: row.not_null,
    default: row.generated === '' && row.identity === '' ? (row.expression ?? undefined) : undefined,
    identity: row.identity === '' ? undefined : row.identity === 'a' ? 'always' : 'by default',
    generated:
      row.generated === '' ? undefined : { expression: row.expression ?? '', stored: row.generated === 's' },
    collation: row.collation ?? undefined,
  }));
}

async function readConstraints(
  client: pg.ClientBase,
): Promise<ReadonlyMap<number, ReadonlyArray<Constraint>>> {
  const { rows } = await client.query<{
    relation: number;
    name: string;
    kind: Constraint['kind'];
    columns: string[];
    definition: string;
    validated: boolean;
  }>(`
    SELECT k.conrelid AS relation, k.conname AS name,
           CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check' ELSE 'exclusion' END AS kind,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key (number, place)
                  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.number ORDER BY key.place) AS columns,
           pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated
      FROM pg_constraint k
      JOIN pg_namespace n ON n.oid = k.connamespace AND ${userSchema('n.nspname')}
     WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'c', 'x')
     ORDER BY k.conrelid, k.contype, k.conname`);
  return collect(rows, ({ name, kind, columns, definition, validated }) => ({
    name,
    kind,
    columns,
    definition,
    validated,
  }));
}

async function readIndexes(client: pg.ClientBase): Promise<ReadonlyMap<number, ReadonlyArray<Index>>> {
  const { rows } = await client.query<{
    relation: number;
    name: string;
    constraint_name: string | null;
    is_unique: boolean;
    is_primary: boolean;
    valid: boolean;
    replica_identity: boolean;
    definition: string;
    bytes: string;
  }>(`
    SELECT i.indrelid AS relation, c.relname AS name, k.conname AS constraint_name,
           i.indisunique AS is_unique, i.indisprimary AS is_primary, i.indisvalid AS valid,
           i.indisreplident AS replica_identity, pg_get_indexdef(i.indexrelid) AS definition,
           pg_relation_size(i.indexrelid) AS bytes
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_class relation ON relation.oid = i.indrelid AND relation.relkind IN ('r', 'p', 'm')
      JOIN pg_namespace n ON n.oid = relation.relnamespace AND ${userSchema('n.nspname')}
      LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
     ORDER BY i.indrelid, c.relname`);
  return collect(rows, (row) => ({
    name: row.name,
    constraint: row.constraint_name ?? undefined,
    unique: row.is_unique,
    primary: row.is_primary,
    valid: row.valid,
    replicaIdentity: row.replica_identity,
    definition: row.definition,
    bytes: Number(row.bytes),
  }));
}

/** Reads rights on relations of every kind, by the relation's object id. The owner's own rights are among them. */
export async function readPrivileges(
  client: pg.ClientBase,
): Promise<ReadonlyMap<number, ReadonlyArray<Privilege>>> {
  const { rows } = await client.query<{
    relation: number;
    grantee: string;
    privilege: string;
    grantable: boolean;
    column_name: string | null;
  }>(`
    SELECT given.relation, CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(given.grantee) END AS grantee,
           given.privilege, given.grantable, given.column_name
      FROM (SELECT c.oid AS relation, c.relnamespace AS namespace, a.grantee, a.privilege_type AS privilege,
                   a.is_grantable AS grantable, NULL::name AS column_name
              FROM pg_class c, aclexplode(c.relacl) a
             UNION ALL
            SELECT c.oid, c.relnamespace, a.grantee, a.privilege_type, a.is_grantable, t.attname
              FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a) AS given
      JOIN pg_namespace n ON n.oid = given.namespace AND ${userSchema('n.nspname')}
     ORDER BY 1, 2, 5 NULLS FIRST, 3`);
  return collect(rows, ({ grantee, privilege, grantable, column_name }) => ({
    grantee,
    privilege,
    grantable,
    column: column_name ?? undefined,
  }));
}

function collect<Row extends { readonly relation: number }, Item>(
  rows: ReadonlyArray<Row>,
  make: (row: Row) => Item,
): ReadonlyMap<number, ReadonlyArray<Item>> {
  const collected = new Map<number, Item[]>();
  for (const row of rows) {
    const items = collected.get(row.relation);
    if (items === undefined) {
      collected.set(row.relation, [make(row)]);
    } else {
      items.push(make(row));
    }
  }
  return collected;
}
