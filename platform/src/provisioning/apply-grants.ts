import { readFile } from 'node:fs/promises';

import type pg from 'pg';

import { inTransaction, withConnection } from './connection.js';
import { ProvisioningError } from './errors.js';
import { requireServiceRole } from './service-role.js';
import { identifier } from './sql-text.js';

export interface ApplyGrantsOptions {
  /** Connection URL as the owner of the schema. */
  readonly ownerUrl: string;
  /**
   * File of GRANT statements, with `:"service_role"` and `:"schema"` where the names belong: what `psql` would make of
   * `-v service_role=… -v schema=…`. It holds no transaction statements.
   */
  readonly sqlFile: string;
  readonly serviceRole: string;
  readonly schema: string;
}

/**
 * Gives the service's role the rights of the file, and none besides: in one transaction every right on tables,
 * sequences and functions of the schema is taken first. Running it again gives the same rights.
 *
 * @throws ProvisioningError `SERVICE_ROLE_MISSING` or `SERVICE_ROLE_UNFIT` with the SQL that an administrator must run,
 * `SCHEMA_MISSING`, `BAD_GRANTS_FILE`
 */
export async function applyGrants(options: ApplyGrantsOptions): Promise<void> {
  const { ownerUrl, sqlFile, serviceRole, schema } = options;
  const text = fillPlaceholders(await readFile(sqlFile, 'utf8'), sqlFile, {
    service_role: serviceRole,
    schema,
  });
  await withConnection(ownerUrl, async (client) => {
    await requireSchema(client, schema);
    await requireServiceRole(client, schema, serviceRole);
    await inTransaction(client, async () => {
      const [role, quotedSchema] = [identifier(serviceRole), identifier(schema)];
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('supergraph grants'), hashtext($1))`, [
        schema,
      ]);
      await client.query(`SET LOCAL search_path = ${quotedSchema}`);
      await client.query(`REVOKE ALL ON SCHEMA ${quotedSchema} FROM PUBLIC, ${role}`);
      await client.query(`GRANT USAGE ON SCHEMA ${quotedSchema} TO ${role}`);
      await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${quotedSchema} FROM PUBLIC, ${role}`);
      await client.query(`REVOKE ALL ON ALL SEQUENCES IN SCHEMA ${quotedSchema} FROM PUBLIC, ${role}`);
      for (const routine of await ownRoutines(client, schema)) {
        await client.query(`REVOKE ALL ON ROUTINE ${routine} FROM PUBLIC, ${role}`);
      }
      const before = await transactionId(client);
      await client.query(text);
      if ((await transactionId(client)) !== before) {
        throw new ProvisioningError(
          'BAD_GRANTS_FILE',
          `${sqlFile} ends the transaction that it runs in. Remove BEGIN, COMMIT and ROLLBACK from it.`,
        );
      }
    });
  });
}

/** @throws ProvisioningError `BAD_GRANTS_FILE` for a placeholder that nobody fills */
function fillPlaceholders(text: string, sqlFile: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/(?<!:):"([^"\n]*)"/g, (placeholder, name: string) => {
    const value = names[name];
    if (value !== undefined) return identifier(value);
    throw new ProvisioningError(
      'BAD_GRANTS_FILE',
      `${sqlFile} has the placeholder ${placeholder}; known are ${Object.keys(names)
        .map((known) => `:"${known}"`)
        .join(' and ')}.`,
    );
  });
}

async function requireSchema(client: pg.Client, schema: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 1) return;
  throw new ProvisioningError(
    'SCHEMA_MISSING',
    `The schema "${schema}" does not exist: run the migrations first.`,
  );
}

/** Functions that an extension brought belong to somebody else and stay as they are. */
async function ownRoutines(client: pg.Client, schema: string): Promise<ReadonlyArray<string>> {
  const { rows } = await client.query<{ routine: string }>(
    `SELECT p.oid::regprocedure::text AS routine FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = $1 AND p.proowner = to_regrole(quote_ident(current_user)) ORDER BY 1`,
    [schema],
  );
  return rows.map(({ routine }) => routine);
}

async function transactionId(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
  return rows[0]?.id;
}
