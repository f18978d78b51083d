import pg from 'pg';
import { parseSearchPath } from './resolve-names.js';

/** A statement as `pg_stat_statements` recorded it, constants replaced by parameters. */
export interface RecordedStatement {
  readonly text: string;
  readonly calls: number;
  /** Milliseconds, of all calls together. */
  readonly totalMilliseconds: number;
  /** Schemas in which the role that sent it finds names. */
  readonly searchPath: ReadonlyArray<string>;
}

/** The statistics, or why there are none. */
export type RecordedStatements =
  | {
      readonly available: true;
      readonly statements: ReadonlyArray<RecordedStatement>;
      /** How many the connected role may not read. */
      readonly hidden: number;
    }
  | { readonly available: false; readonly reason: string };

/**
 * Reads all statements that were recorded in this database. An extension that is absent, or that the server did not
 * load, is an answer and no failure. Must run inside a transaction, which goes on either way.
 */
export async function readStatements(client: pg.ClientBase): Promise<RecordedStatements> {
  const { rows: extensions } = await client.query<{ schema: string; levels: boolean }>(
    `SELECT n.nspname AS schema, EXISTS (
              SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
               WHERE c.relname = 'pg_stat_statements' AND c.relnamespace = n.oid AND a.attname = 'toplevel') AS levels
       FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE e.extname = 'pg_stat_statements'`,
  );
  const [extension] = extensions;
  if (extension === undefined) {
    return {
      available: false,
      reason:
        'The extension pg_stat_statements is not installed in this database, so statements were not looked at. ' +
        `Add it to shared_preload_libraries, restart, run CREATE EXTENSION pg_stat_statements, wait for a day of traffic.`,
    };
  }
  await client.query('SAVEPOINT statements');
  try {
    const statements = await readRows(client, extension);
    await client.query('RELEASE SAVEPOINT statements');
    return {
      available: true,
      statements: statements.filter(({ text }) => !isHidden(text)),
      hidden: statements.filter(({ text }) => isHidden(text)).length,
    };
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT statements');
    if (error instanceof pg.DatabaseError && error.code === '55000') {
      return {
        available: false,
        reason:
          'The extension pg_stat_statements is installed but the server has not loaded it, so statements were not ' +
          'looked at. Add it to shared_preload_libraries, restart, wait for a day of traffic.',
      };
    }
    throw error;
  }
}

/** What PostgreSQL shows of another role's statement to one who is no member of pg_read_all_stats. */
function isHidden(text: string | null): boolean {
  return text === null || text === '<insufficient privilege>';
}

async function readRows(
  client: pg.ClientBase,
  { schema, levels }: { readonly schema: string; readonly levels: boolean },
): Promise<ReadonlyArray<RecordedStatement>> {
  const { rows } = await client.query<{
    text: string;
    calls: string;
    total_time: number;
    role: string | null;
    search_path: string | null;
  }>(`
    SELECT s.query AS text, s.calls, s.total_exec_time AS total_time, pg_get_userbyid(s.userid) AS role,
           (SELECT substring(setting FROM '=(.*)')
              FROM pg_db_role_setting r, unnest(r.setconfig) AS setting
             WHERE setting LIKE 'search\\_path=%' AND r.setrole IN (0, s.userid)
               AND r.setdatabase IN (0, s.dbid)
             ORDER BY r.setrole <> 0 DESC, r.setdatabase <> 0 DESC LIMIT 1) AS search_path
      FROM ${pg.escapeIdentifier(schema)}.pg_stat_statements s
     WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       -- What functions send is found in the functions; what PostgreSQL sends to check a key is the key.
       ${levels ? 'AND s.toplevel' : ''}
     ORDER BY s.calls DESC`);
  return rows.map((row) => ({
    text: row.text,
    calls: Number(row.calls),
    totalMilliseconds: row.total_time,
    searchPath: parseSearchPath(row.search_path ?? '"$user", public').map((name) =>
      name === '$user' ? (row.role ?? name) : name,
    ),
  }));
}
