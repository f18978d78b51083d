import { crashPoint } from '@supergraph/platform/events';
import type pg from 'pg';
import { STATE_SCHEMA } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { quote } from '../state/index.js';
import type { TableMove } from './move-table.js';

/** Makes the schemas that tables move into, and lets in those who need it. Running it again changes nothing. */
export async function ensureSchemas(
  client: pg.Client,
  role: string,
  moves: ReadonlyArray<TableMove>,
): Promise<void> {
  const schemas = [...new Set(moves.map(({ place }) => place.schema))];
  for (const schema of schemas) {
    const into = moves.filter(({ place }) => place.schema === schema);
    // Foreign keys are checked as the tables' owners, who find them by name.
    const owners = new Set(into.map(({ table }) => table.owner));
    owners.delete(role);
    await inTransaction(client, async () => {
      const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
      if (rowCount === 0) {
        await client.query(`CREATE SCHEMA ${quote(schema)}`);
        await client.query(
          `INSERT INTO ${STATE_SCHEMA}.adopted_schema (name) VALUES ($1) ON CONFLICT DO NOTHING`,
          [schema],
        );
      }
      for (const owner of owners) {
        await client.query(`GRANT USAGE ON SCHEMA ${quote(schema)} TO ${quote(owner)}`);
      }
    });
    crashPoint('adopt.afterSchema');
  }
}

/** Removes the schemas that were made for tables and hold nothing any more. */
export async function removeEmptySchemas(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT s.name FROM ${STATE_SCHEMA}.adopted_schema s JOIN pg_namespace n ON n.nspname = s.name
      WHERE NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
        AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid)
        AND NOT EXISTS (SELECT FROM pg_type WHERE typnamespace = n.oid)`,
  );
  for (const { name } of rows) {
    await inTransaction(client, async () => {
      // Without CASCADE: what somebody else made there in the meantime stops it.
      await client.query(`DROP SCHEMA ${quote(name)}`);
      await client.query(`DELETE FROM ${STATE_SCHEMA}.adopted_schema WHERE name = $1`, [name]);
    });
    crashPoint('adopt.afterRemovingSchema');
  }
}
