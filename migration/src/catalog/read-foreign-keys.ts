import type pg from 'pg';
import { userSchema } from './scope.js';
import type { ForeignKey, KeyAction } from './types.js';

/** Reads every foreign key that somebody declared; those that partitions inherit are their parent's. */
export async function readForeignKeys(client: pg.ClientBase): Promise<ReadonlyArray<ForeignKey>> {
  const { rows } = await client.query<{
    name: string;
    schema: string;
    table_name: string;
    columns: string[];
    referenced_schema: string;
    referenced_name: string;
    referenced_columns: string[];
    on_delete: keyof typeof ACTIONS;
    on_update: keyof typeof ACTIONS;
    is_deferrable: boolean;
    validated: boolean;
    definition: string;
  }>(`
    SELECT k.conname AS name, n.nspname AS schema, c.relname AS table_name,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key (number, place)
                  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.number ORDER BY key.place) AS columns,
           referenced_namespace.nspname AS referenced_schema, referenced.relname AS referenced_name,
           ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS key (number, place)
                  JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.number ORDER BY key.place)
             AS referenced_columns,
           k.confdeltype AS on_delete, k.confupdtype AS on_update, k.condeferrable AS is_deferrable,
           k.convalidated AS validated, pg_get_constraintdef(k.oid) AS definition
      FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace AND ${userSchema('n.nspname')}
      JOIN pg_class referenced ON referenced.oid = k.confrelid
      JOIN pg_namespace referenced_namespace ON referenced_namespace.oid = referenced.relnamespace
     WHERE k.contype = 'f' AND k.conparentid = 0
     ORDER BY 2, 3, 1`);
  return rows.map((row) => ({
    name: row.name,
    table: { schema: row.schema, name: row.table_name },
    columns: row.columns,
    referencedTable: { schema: row.referenced_schema, name: row.referenced_name },
    referencedColumns: row.referenced_columns,
    onDelete: ACTIONS[row.on_delete],
    onUpdate: ACTIONS[row.on_update],
    deferrable: row.is_deferrable,
    validated: row.validated,
    definition: row.definition,
  }));
}

const ACTIONS = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
} as const satisfies Readonly<Record<string, KeyAction>>;
