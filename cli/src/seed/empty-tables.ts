import type pg from 'pg';
import { SeedError } from './seed-error.js';

/** Tables to empty with all that refers to them, in the owner's transaction. */
interface TablesToEmpty {
  readonly service: string;
  /** Qualified and quoted. */
  readonly tables: ReadonlyArray<string>;
}

/** A trigger that guards a table's rows against `TRUNCATE`. */
interface Guard {
  /** Qualified and quoted. */
  readonly table: string;
  readonly trigger: string;
  /** How it was made to fire, to put behind `ENABLE`. */
  readonly mode: string;
}

/**
 * Empties the tables of a database that is the embedded default's, guarded ones such as the ledger included: whoever
 * generates all payments anew has no use for the ledger of those that are gone. The guards stand again when the
 * transaction ends, whichever way it does. Who was erased there was generated, and may be again.
 */
export async function emptyOwnTables(client: pg.Client, { service, tables }: TablesToEmpty): Promise<void> {
  const guards = await findGuards(client, tables);
  for (const { table, trigger } of guards) {
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`);
  }
  await client.query(
    `TRUNCATE ${[...tables, ...(await findTombstones(client, service))].join(', ')} CASCADE`,
  );
  for (const { table, trigger, mode } of guards) {
    await client.query(`ALTER TABLE ${table} ENABLE ${mode} TRIGGER ${trigger}`);
  }
}

/**
 * Empties the tables of a database that somebody else runs.
 *
 * @throws {SeedError} when a guarded table has rows
 */
export async function emptyForeignTables(
  client: pg.Client,
  { service, tables }: TablesToEmpty,
): Promise<void> {
  for (const { table } of await findGuards(client, tables)) {
    const { rows } = await client.query<{ filled: boolean }>(
      `SELECT EXISTS (SELECT FROM ${table}) AS filled`,
    );
    if (rows[0]?.filled === true) {
      throw new SeedError(
        `${table} has rows, and is only ever added to. Nothing was changed. --replace removes such rows in the databases that \`npm start\` runs, and ${service}'s is another: give it an empty database.`,
      );
    }
  }
  await client.query(`TRUNCATE ${tables.join(', ')} CASCADE`);
}

/** Those of the tables that `TRUNCATE … CASCADE` reaches. */
async function findGuards(client: pg.Client, tables: ReadonlyArray<string>): Promise<ReadonlyArray<Guard>> {
  const { rows } = await client.query<Guard>(
    `WITH RECURSIVE reached AS (
       SELECT name::regclass::oid AS id FROM unnest($1::text[]) AS name
       UNION
       SELECT k.conrelid FROM pg_constraint k JOIN reached ON k.confrelid = reached.id WHERE k.contype = 'f'
     )
     SELECT format('%I.%I', n.nspname, c.relname) AS "table", quote_ident(t.tgname) AS trigger,
            CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END AS mode
       FROM pg_trigger t
       JOIN reached ON reached.id = t.tgrelid
       JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & ${TRUNCATE_TRIGGER} <> 0
      ORDER BY 1, 2`,
    [tables],
  );
  return rows;
}

/** The table of those who were erased, where the service has one. */
async function findTombstones(client: pg.Client, service: string): Promise<ReadonlyArray<string>> {
  const { rows } = await client.query<{ table: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS "table" FROM pg_tables
      WHERE schemaname = $1 AND tablename = 'erased_people'`,
    [service],
  );
  return rows.map(({ table }) => table);
}

/** The bit of `pg_trigger.tgtype` that says so; PostgreSQL's `TRIGGER_TYPE_TRUNCATE`. */
const TRUNCATE_TRIGGER = 32;
