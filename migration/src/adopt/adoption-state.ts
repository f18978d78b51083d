import type pg from 'pg';
import { STATE_SCHEMA, type QualifiedName } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';

/** A table that was moved into its place, as the database itself remembers it. */
export interface Adoption {
  readonly service: string;
  readonly place: QualifiedName;
  readonly from: QualifiedName;
}

/** Makes what `adopt` keeps in the database. Running it again changes nothing. */
export async function ensureAdoptionState(client: pg.Client): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('supergraph migration objects'))`);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS ${STATE_SCHEMA};
      CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.adoption (
        schema_name text, table_name text, service text NOT NULL,
        from_schema text NOT NULL, from_table text NOT NULL,
        adopted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (schema_name, table_name)
      );
      CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.adopted_schema (name text PRIMARY KEY)`);
  });
}

/** Reads what was moved; nothing when nothing ever was. */
export async function readAdoptions(client: pg.Client): Promise<ReadonlyArray<Adoption>> {
  if (!(await exists(client, 'adoption'))) return [];
  const { rows } = await client.query<
    Record<'service' | 'schema' | 'name' | 'from_schema' | 'from_table', string>
  >(
    `SELECT service, schema_name AS schema, table_name AS name, from_schema, from_table
       FROM ${STATE_SCHEMA}.adoption ORDER BY adopted_at, 2, 3`,
  );
  return rows.map(({ service, schema, name, from_schema, from_table }) => ({
    service,
    place: { schema, name },
    from: { schema: from_schema, name: from_table },
  }));
}

/** Remembers a move, in the transaction that makes it. */
export async function writeAdoption(client: pg.Client, { service, place, from }: Adoption): Promise<void> {
  await client.query(
    `INSERT INTO ${STATE_SCHEMA}.adoption (service, schema_name, table_name, from_schema, from_table)
     VALUES ($1, $2, $3, $4, $5)`,
    [service, place.schema, place.name, from.schema, from.name],
  );
}

/** Forgets a move, in the transaction that takes it back. */
export async function deleteAdoption(client: pg.Client, { place }: Adoption): Promise<void> {
  await client.query(`DELETE FROM ${STATE_SCHEMA}.adoption WHERE schema_name = $1 AND table_name = $2`, [
    place.schema,
    place.name,
  ]);
}

/** Services whose move to another database has begun. */
export async function readStartedServices(client: pg.Client): Promise<ReadonlyArray<string>> {
  if (!(await exists(client, 'service'))) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM ${STATE_SCHEMA}.service ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `${STATE_SCHEMA}.${table}`,
  ]);
  return rows[0]?.found === true;
}
