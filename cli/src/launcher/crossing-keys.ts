import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { ROOT } from '../root.js';

const end = { service: z.string(), table: z.string(), column: z.string() };
const keysType = z.array(
  z.strictObject({
    constraint: z.string(),
    ...end,
    references: z.strictObject(end),
    onDelete: z.enum(['CASCADE', 'SET NULL', 'RESTRICT', 'NO ACTION']),
  }),
);

/** A foreign key from one service's table to another's, such as a database that all share has them. */
export type CrossingKey = z.infer<typeof keysType>[number];

/** The list of them. */
export function readCrossingKeys(): ReadonlyArray<CrossingKey> {
  const file = join(ROOT, 'deploy', 'shared-database', 'crossing-keys.json');
  return keysType.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * Makes the foreign keys between the services' tables in the database that they share, and gives each table's owner the
 * right to make them again. Those that exist are left alone. One that the rows break is made all the same, for new rows
 * only.
 *
 * @param superuserUrl of the shared database
 * @param services those whose tables lie in it; keys of others are left out
 * @returns what a person should know: keys that rows break
 */
export async function applyCrossingKeys(
  superuserUrl: string,
  services: ReadonlyArray<string>,
): Promise<ReadonlyArray<string>> {
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 10_000 });
  // Without a listener a connection that breaks between two statements would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const notices: string[] = [];
    for (const key of readCrossingKeys()) {
      if (services.includes(key.service) && services.includes(key.references.service)) {
        notices.push(...(await applyKey(client, key)));
      }
    }
    return notices;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function applyKey(client: pg.Client, key: CrossingKey): Promise<ReadonlyArray<string>> {
  const [table, referenced] = [qualified(key), qualified(key.references)];
  const column = pg.escapeIdentifier(key.references.column);
  const { rows } = await client.query<{ owner: string; valid: boolean | null }>(
    `SELECT pg_get_userbyid(c.relowner) AS owner, k.convalidated AS valid
       FROM pg_class c LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.conname = $2
      WHERE c.oid = $1::regclass`,
    [table, key.constraint],
  );
  const [found] = rows;
  if (found === undefined || found.valid === true) return [];
  const owner = pg.escapeIdentifier(found.owner);
  await client.query(`GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(key.references.service)} TO ${owner}`);
  // Reading the key's column is what lets PostgreSQL check all rows at once.
  await client.query(`GRANT REFERENCES (${column}), SELECT (${column}) ON ${referenced} TO ${owner}`);
  const constraint = pg.escapeIdentifier(key.constraint);
  if (found.valid === null) {
    await client.query(
      `ALTER TABLE ${table} ADD CONSTRAINT ${constraint} FOREIGN KEY (${pg.escapeIdentifier(key.column)})
       REFERENCES ${referenced} (${column}) ON DELETE ${key.onDelete} NOT VALID`,
    );
  }
  try {
    await client.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint}`);
    return [];
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== FOREIGN_KEY_VIOLATION) throw error;
    return [
      `${key.service}.${key.table} has rows whose ${key.column} is in no row of ${key.references.service}.${key.references.table}: ` +
        `the foreign key ${key.constraint} holds for new rows only.`,
    ];
  }
}

const FOREIGN_KEY_VIOLATION = '23503';

function qualified({ service, table }: { readonly service: string; readonly table: string }): string {
  return `${pg.escapeIdentifier(service)}.${pg.escapeIdentifier(table)}`;
}
