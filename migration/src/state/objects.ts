import type pg from 'pg';
import { STATE_SCHEMA } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { namesFor, quote, quoteText } from './names.js';

/** Which of the two databases. */
export type Side = 'source' | 'target';

/** Key of the advisory lock at which the target's apply worker waits in a fence. */
export function fenceLockKeys(service: string): string {
  return `hashtext('supergraph migration fence'), hashtext(${quoteText(service)})`;
}

/**
 * Makes what the migration keeps in a database: where services stand, which side takes their writes, fences.
 * Running it again changes nothing.
 */
export async function ensureStateObjects(client: pg.Client, service: string, side: Side): Promise<void> {
  const { fence } = namesFor(service);
  await inTransaction(client, async () => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('supergraph migration objects'))`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${STATE_SCHEMA}`);
    await client.query(`GRANT USAGE ON SCHEMA ${STATE_SCHEMA} TO PUBLIC`);
    await client.query(commonObjects);
    if (side === 'source') await client.query(sourceObjects);
    else await client.query(targetObjects);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${fence} (id uuid PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
    );
    await client.query(`
      CREATE OR REPLACE FUNCTION ${STATE_SCHEMA}.${quote(`wait_at_fence_${service}`)}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(${fenceLockKeys(service)});
        RETURN NULL;
      END $$`);
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname = 'wait_at_fence'`,
      [fence],
    );
    // CREATE OR REPLACE TRIGGER is newer than the oldest source.
    if (rowCount === 0) {
      await client.query(`
        CREATE TRIGGER wait_at_fence AFTER INSERT ON ${fence}
          FOR EACH ROW EXECUTE FUNCTION ${STATE_SCHEMA}.${quote(`wait_at_fence_${service}`)}()`);
    }
    await client.query(`ALTER TABLE ${fence} ENABLE REPLICA TRIGGER wait_at_fence`);
    // Processes of the service read here which side is open; the source is it until a switch says otherwise.
    await client.query(
      `INSERT INTO ${STATE_SCHEMA}.place (service, side, open) VALUES ($1, $2, $2 = 'source') ON CONFLICT DO NOTHING`,
      [service, side],
    );
  });
}

const commonObjects = `
  CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.place (
    service text PRIMARY KEY,
    side text NOT NULL CHECK (side IN ('source', 'target')),
    open boolean NOT NULL
  );
  GRANT SELECT ON ${STATE_SCHEMA}.place TO PUBLIC;
  CREATE OR REPLACE FUNCTION ${STATE_SCHEMA}.refuse_writes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- What takes the place of a foreign key goes on acting on rows that nobody else may touch here.
    IF current_setting('${STATE_SCHEMA}.pass', true) = 'on' THEN
      RETURN NULL;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
      MESSAGE = format('%I.%I takes no writes here: the tables of %s are served by another database', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0]),
      HINT = 'Connect to the database that the service was moved to.';
  END $$`;

const sourceObjects = `
  CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.service (
    name text PRIMARY KEY,
    phase text NOT NULL,
    -- The commit point of every switch is one update of this column.
    writes_to text NOT NULL DEFAULT 'source' CHECK (writes_to IN ('source', 'target')),
    -- Which database the target is, so that nobody goes on with another one by mistake.
    target text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.verification (
    service text PRIMARY KEY,
    agrees boolean NOT NULL,
    finished_at timestamptz NOT NULL,
    report jsonb NOT NULL
  );
  CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.dropped_key (
    constraint_name text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    definition text NOT NULL,
    dropped_for text NOT NULL,
    PRIMARY KEY (table_schema, table_name, constraint_name)
  )`;

const targetObjects = `
  CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.made_schema (
    service text PRIMARY KEY,
    -- False while a program makes the tables: rows that it puts there are not somebody else's.
    complete boolean NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE IF NOT EXISTS ${STATE_SCHEMA}.deferred_statement (
    service text NOT NULL,
    position integer NOT NULL,
    statement text NOT NULL,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (service, position)
  )`;
