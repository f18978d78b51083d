import pg from 'pg';
import { MigrationError } from '../errors/index.js';

/**
 * What values look like as text, and how long a statement may wait, must not depend on the role, the database or the
 * server. The empty search path makes PostgreSQL write every name in full.
 */
const SESSION = `
  SET search_path = pg_catalog, pg_temp; SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres';
  SET extra_float_digits = 1; SET bytea_output = 'hex'; SET xmloption = 'content'; SET lc_monetary = 'C';
  SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0;
  SET standard_conforming_strings = on; SET client_min_messages = warning; SET row_security = off;
  SET synchronous_commit = on`;

export interface ConnectOptions {
  /** Which database, for messages: `the source`, `the target of sales`. */
  readonly what: string;
  /** Shown in `pg_stat_activity`, so that an administrator sees who is at work. */
  readonly applicationName: string;
}

/**
 * Opens a session with pinned settings.
 *
 * @param url connection URL straight to the server, not through a pooler: sessions hold locks and snapshots
 * @throws {MigrationError} `UNREACHABLE`, without the password
 */
export async function connect(url: string, options: ConnectOptions): Promise<pg.Client> {
  let client: pg.Client;
  try {
    client = new pg.Client({
      connectionString: url,
      application_name: options.applicationName,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    // A connection that breaks while idle must not end the process; its next statement fails.
    client.on('error', () => undefined);
    await client.connect();
    await client.query(SESSION);
    return client;
  } catch (error) {
    throw new MigrationError(
      'UNREACHABLE',
      `${capitalized(options.what)} cannot be reached at ${withoutPassword(url)}: ${reasonOf(error)}. ` +
        'Check its URL, that the server runs, and that the role may connect.',
      { cause: error },
    );
  }
}

/** Closes sessions; one that is broken already is closed too. */
export async function disconnect(...clients: ReadonlyArray<pg.Client | undefined>): Promise<void> {
  await Promise.all(
    clients.map(async (client) => {
      await client?.end().catch(() => undefined);
    }),
  );
}

/** Runs work in one transaction, rolled back when the work throws. */
export async function inTransaction<Result>(
  client: pg.Client,
  work: () => Promise<Result>,
  begin = 'BEGIN',
): Promise<Result> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The URL as it may be shown. */
export function withoutPassword(url: string): string {
  try {
    const shown = new URL(url);
    shown.password = '';
    shown.search = '';
    return shown.href;
  } catch {
    return 'an address that is not a URL';
  }
}

/** How a server tells a server where to go: libpq's keywords, from a URL as programs write it. */
export function libpqConnectionString(url: string): string {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const parts: ReadonlyArray<readonly [string, string]> = [
    ['host', hostname.replace(/^\[|\]$/g, '')],
    ['port', port],
    ['user', decodeURIComponent(username)],
    ['password', decodeURIComponent(password)],
    ['dbname', decodeURIComponent(pathname.slice(1))],
    ...['sslmode', 'sslrootcert'].map((key) => [key, searchParams.get(key) ?? ''] as const),
  ];
  return parts
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}

export function reasonOf(error: unknown): string {
  const { message, code, errors } = error as {
    message?: string;
    code?: string;
    errors?: ReadonlyArray<Error>;
  };
  if (message !== undefined && message !== '') return message;
  return errors?.[0]?.message ?? code ?? 'unknown reason';
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
