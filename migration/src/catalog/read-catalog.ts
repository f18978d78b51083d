import type pg from 'pg';
import { readForeignKeys } from './read-foreign-keys.js';
import { readTables } from './read-relations.js';
import { readRoutines, readTriggers } from './read-routines.js';
import { readSequences, readUserTypes } from './read-sequences.js';
import { readServer } from './read-server.js';
import { readViews } from './read-views.js';
import { userSchema } from './scope.js';
import type { Catalog } from './types.js';

/**
 * Reads a database's catalogs: everything but the system's own, what extensions brought, and this tool's state.
 * Changes nothing. Every statement sees the same moment when the caller has opened a REPEATABLE READ transaction.
 *
 * Names in definitions and defaults are written with their schema, so the reading empties the search path of the
 * caller's transaction, or of the session when there is none.
 *
 * @param client connected to PostgreSQL 13 or newer
 */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  await client.query(`SET search_path = ''`);
  const { rows } = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE ${userSchema('nspname')} ORDER BY 1`,
  );
  return {
    server: await readServer(client),
    schemas: rows.map(({ name }) => name),
    tables: await readTables(client),
    foreignKeys: await readForeignKeys(client),
    views: await readViews(client),
    routines: await readRoutines(client),
    triggers: await readTriggers(client),
    sequences: await readSequences(client),
    types: await readUserTypes(client),
  };
}
