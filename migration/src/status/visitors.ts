import type pg from 'pg';
import { quoteName, type QualifiedName } from '../catalog/index.js';

/** Somebody who uses tables that are served elsewhere. */
export interface Visitor {
  readonly role: string;
  readonly application: string;
  readonly address: string;
  /** Whether it tried to write; reads only otherwise. */
  readonly writes: boolean;
}

const SAMPLES = 20;

/**
 * Looks who uses some tables, this tool and replication left out. Statements are short, so it looks several times.
 *
 * @param milliseconds how long to look
 */
export async function findVisitors(
  client: pg.Client,
  tables: ReadonlyArray<QualifiedName>,
  milliseconds: number,
): Promise<ReadonlyArray<Visitor>> {
  const found = new Map<string, Visitor>();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const { rows } = await client.query<Visitor>(
      `SELECT DISTINCT a.usename AS role, a.application_name AS application, coalesce(host(a.client_addr), 'local') AS address,
              bool_or(l.mode IN ('RowExclusiveLock', 'ExclusiveLock')) AS writes
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'relation' AND l.relation = ANY (SELECT to_regclass(name) FROM unnest($1::text[]) AS given (name))
          AND a.backend_type = 'client backend' AND a.application_name NOT LIKE 'migration %'
          AND a.application_name NOT LIKE 'supergraph\\_%' AND a.pid <> pg_backend_pid()
        GROUP BY 1, 2, 3`,
      [tables.map(quoteName)],
    );
    for (const row of rows) {
      const name = `${row.role}/${row.application}/${row.address}`;
      found.set(name, { ...row, writes: row.writes || (found.get(name)?.writes ?? false) });
    }
    await new Promise((resolve) => setTimeout(resolve, milliseconds / SAMPLES));
  }
  return [...found.values()];
}
