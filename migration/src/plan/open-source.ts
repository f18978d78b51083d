import type pg from 'pg';
import { connect, disconnect, inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';

/** The oldest server that can be the source of a migration. */
const OLDEST = 130_000;

/**
 * Runs work inside one read-only transaction on a connection of its own: all of it sees the same moment, and the server
 * itself refuses any change.
 *
 * @throws {MigrationError} `BAD_CONNECTION`, `UNREACHABLE`, `TOO_OLD`
 */
export async function readOnly<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new MigrationError(
      'BAD_CONNECTION',
      'That is not a URL of a database: it must look like postgresql://role:password@host:5432/database.',
    );
  }
  const client = await connect(url, { what: 'the database', applicationName: 'migration plan' });
  try {
    await requireVersion(client);
    return await inTransaction(
      client,
      () => work(client),
      'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
    );
  } finally {
    await disconnect(client);
  }
}

/** @throws {MigrationError} `TOO_OLD` */
export async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  const [version] = rows;
  if (version !== undefined && version.number < OLDEST) {
    throw new MigrationError(
      'TOO_OLD',
      `The server is PostgreSQL ${version.text}; 13 is the oldest that can be migrated from. Upgrade it first.`,
    );
  }
}
