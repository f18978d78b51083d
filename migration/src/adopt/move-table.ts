import type pg from 'pg';
import { displayName, quoteName, type QualifiedName, type Table } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import { quote } from '../state/index.js';
import { compatibilityViewStatements } from './compatibility-view.js';

/** A table on its way into its place. */
export interface TableMove {
  readonly service: string;
  readonly table: Table;
  readonly from: QualifiedName;
  readonly place: QualifiedName;
}

/**
 * Moves a table into its place and leaves a view under its old name, in the transaction that the session is in and that
 * has the table locked. Its indexes, constraints, triggers, rights and the sequences that it owns go with it.
 *
 * @throws {MigrationError} `UNFIT_TABLE` when its columns are not those that the catalog was read with
 */
export async function moveTable(client: pg.Client, move: TableMove, role: string): Promise<void> {
  await requireSameColumns(client, move);
  await carry(client, move.from, move.place);
  for (const statement of compatibilityViewStatements(
    { name: move.from, table: move.place },
    move.table,
    role,
  )) {
    await client.query(statement);
  }
  await closeView(client, move);
}

/** Between the reading of the catalog and the lock somebody may have changed the table. */
async function requireSameColumns(client: pg.Client, { from, table }: TableMove): Promise<void> {
  const { rows } = await client.query<{ columns: string[] }>(
    `SELECT array_agg(attname::text ORDER BY attnum) AS columns FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [quoteName(from)],
  );
  const known = table.columns.map(({ name }) => name);
  if (JSON.stringify(rows[0]?.columns) === JSON.stringify(known)) return;
  throw new MigrationError(
    'UNFIT_TABLE',
    `The columns of ${displayName(from)} have just changed. It was left alone; run this again.`,
  );
}

/** Takes the view away and moves the table back, in the transaction that the session is in. */
export async function moveTableBack(
  client: pg.Client,
  { from, place }: Pick<TableMove, 'from' | 'place'>,
): Promise<void> {
  await client.query(`DROP VIEW IF EXISTS ${quoteName(from)}`);
  await carry(client, place, from);
}

async function carry(client: pg.Client, from: QualifiedName, to: QualifiedName): Promise<void> {
  let name = from.name;
  if (name !== to.name && from.schema !== to.schema) {
    // Between the two steps it has a name that neither schema can hold already.
    name = PASSING_NAME;
    await client.query(`ALTER TABLE ${quoteName(from)} RENAME TO ${quote(name)}`);
  }
  if (from.schema !== to.schema) {
    await client.query(
      `ALTER TABLE ${quoteName({ schema: from.schema, name })} SET SCHEMA ${quote(to.schema)}`,
    );
  }
  if (name !== to.name) {
    await client.query(`ALTER TABLE ${quoteName({ schema: to.schema, name })} RENAME TO ${quote(to.name)}`);
  }
}

const PASSING_NAME = 'supergraph_migration_passing';

/** Default privileges may have opened the new view to roles that had no right on the table. */
async function closeView(client: pg.Client, { from, table }: TableMove): Promise<void> {
  const { rows } = await client.query<{ grantee: string; privilege: string }>(
    `SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS grantee,
            a.privilege_type AS privilege
       FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass($1) AND a.grantee <> c.relowner`,
    [quoteName(from)],
  );
  const had = (grantee: string, privilege: string): boolean =>
    table.privileges.some(
      (right) => right.grantee === grantee && right.privilege === privilege && right.column === undefined,
    );
  for (const { grantee, privilege } of rows.filter((right) => !had(right.grantee, right.privilege))) {
    const role = grantee === 'PUBLIC' ? 'PUBLIC' : quote(grantee);
    await client.query(`REVOKE ${privilege} ON ${quoteName(from)} FROM ${role}`);
  }
}
