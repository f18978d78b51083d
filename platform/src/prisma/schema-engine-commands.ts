import { connectionString, type Datasource } from './datasource.js';
import { withClient } from './postgresql-schema.js';
import pg from 'pg';

/** The database from which others are created and dropped; every server has it. */
const MAINTENANCE_DATABASE = 'postgres';

/** Prisma's code for what PostgreSQL or the system reports about a connection. */
const prismaCodes: Readonly<Record<string, string>> = {
  '28000': 'P1000',
  '28P01': 'P1000',
  '3D000': 'P1003',
  '42P04': 'P1009',
  '42501': 'P1010',
};
const SERVER_NOT_REACHABLE = 'P1001';

/** Why a command did not do what it should, in the engine's terms. */
export interface CommandFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * Runs one of the engine's `cli` commands: `can-connect-to-database`, `create-database` or `drop-database`.
 *
 * @returns undefined when it is done.
 */
export async function runCommand(
  command: string | undefined,
  datasource: Datasource,
): Promise<CommandFailure | undefined> {
  const url = connectionString(datasource);
  try {
    if (command === 'can-connect-to-database') {
      await withClient(url, (client) => client.query('SELECT 1'));
      return undefined;
    }
    const statement = command === undefined ? undefined : statements[command];
    if (statement === undefined) return { code: 'P1012', message: `Unknown command: ${String(command)}` };
    await maintain(url, statement);
    return undefined;
  } catch (cause) {
    return describe(cause);
  }
}

const statements: Readonly<Record<string, string>> = {
  'create-database': 'CREATE DATABASE',
  'drop-database': 'DROP DATABASE IF EXISTS',
};

async function maintain(url: string, statement: string): Promise<void> {
  const address = new URL(url);
  const database = decodeURIComponent(address.pathname.slice(1));
  address.pathname = `/${MAINTENANCE_DATABASE}`;
  await withClient(address.href, (client) => client.query(`${statement} ${pg.escapeIdentifier(database)}`));
}

function describe(cause: unknown): CommandFailure {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  const known = typeof code === 'string' ? prismaCodes[code] : undefined;
  const text = typeof message === 'string' && message !== '' ? message : String(code);
  return { code: known ?? SERVER_NOT_REACHABLE, message: text };
}
