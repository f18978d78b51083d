import pg from 'pg';
import { displayName, sameName, type Catalog, type Routine } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { mentionsOfRecorded, type Mentions } from '../plan/parse-sql.js';
import { mentionsOfRoutine } from '../plan/parse-routine.js';
import { readStatements, type RecordedStatement } from '../plan/read-statements.js';
import { createResolver, type Resolver } from '../plan/resolve-names.js';
import { moveTable, type TableMove } from './move-table.js';
import { withTableLocked, type Patience } from './short-transaction.js';

/** What would no longer work once tables are views under their old names. */
export interface Rehearsal {
  /** Each in a sentence. */
  readonly failures: ReadonlyArray<string>;
  /** What could not be tried. */
  readonly notes: ReadonlyArray<string>;
  readonly tried: number;
}

/**
 * Tries every recorded statement, and every SQL function, on the views that tables would be replaced by: PostgreSQL
 * itself analyses them, inside transactions that are rolled back. A view cannot do all that a table can: it has no
 * `ON CONFLICT ON CONSTRAINT`, no `TRUNCATE`, no `COPY`, no columns that follow from a primary key in `GROUP BY`.
 */
export async function rehearse(
  client: pg.Client,
  catalog: Catalog,
  moves: ReadonlyArray<TableMove>,
  patience: Patience,
): Promise<Rehearsal> {
  const recorded = await inTransaction(client, () => readStatements(client));
  const resolver = createResolver(catalog);
  const failures = new Map<string, string>();
  const probes = [
    ...(recorded.available ? recorded.statements.flatMap(probeOfStatement) : []),
    ...catalog.routines.flatMap(probeOfRoutine),
  ];
  const possible = await inTransaction(client, () => withoutFailing(client, probes));
  for (const move of moves) {
    const concerned = possible.filter((probe) => mentions(probe, move, resolver));
    if (concerned.length === 0) continue;
    for (const { probe, why } of await tryOnView(client, move, concerned, catalog.server.role, patience)) {
      failures.set(
        `${probe.label}\n${move.from.name}`,
        `${probe.label} cannot work with ${displayName(move.from)} as a view: ${why}.`,
      );
    }
  }
  return {
    failures: [...failures.values()],
    notes: recorded.available
      ? recorded.hidden === 0
        ? []
        : [
            `${recorded.hidden} statements of other roles were not tried: GRANT pg_read_all_stats to see them.`,
          ]
      : [recorded.reason],
    tried: possible.length,
  };
}

/** Something to be analysed by PostgreSQL. */
interface Probe {
  readonly label: string;
  readonly mentions: Mentions;
  readonly searchPath: ReadonlyArray<string>;
  /** What makes PostgreSQL analyse it without carrying it out; undefined where that cannot be. */
  readonly sql: string | undefined;
}

function probeOfStatement({ text, searchPath }: RecordedStatement): ReadonlyArray<Probe> {
  const parsed = mentionsOfRecorded(text);
  if (parsed === undefined || parsed.relations.length === 0) return [];
  const kind = parsed.kinds[0] ?? '';
  if (!PREPARABLE.has(kind) && !TABLE_ONLY.has(kind)) return [];
  return [
    {
      label: `The statement ${text.replace(/\s+/g, ' ').trim()}`,
      mentions: parsed,
      searchPath,
      sql: PREPARABLE.has(kind) ? `PREPARE ${PROBE} AS ${text}` : undefined,
    },
  ];
}

function probeOfRoutine(routine: Routine): ReadonlyArray<Probe> {
  // PostgreSQL checks the body of a function in SQL when it is made, as it is now when it is made anew.
  if (routine.language !== 'sql' || routine.definition === undefined || routine.uses.length > 0) return [];
  return [
    {
      label: `The function ${displayName(routine)}(${routine.arguments})`,
      mentions: mentionsOfRoutine(routine),
      searchPath: [routine.schema, 'public'],
      sql: routine.definition,
    },
  ];
}

const PREPARABLE: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
]);
const TABLE_ONLY: ReadonlySet<string> = new Set(['TruncateStmt', 'CopyStmt']);
const PROBE = 'supergraph_migration_probe';

function mentions(probe: Probe, { from }: TableMove, resolver: Resolver): boolean {
  return probe.mentions.relations.some((written) => {
    const relation = resolver.relationOf(written, probe.searchPath);
    return relation !== undefined && sameName(relation, from);
  });
}

/** Leaves out what does not even work now: a statement of an older schema, a parameter whose type nothing tells. */
async function withoutFailing(
  client: pg.Client,
  probes: ReadonlyArray<Probe>,
): Promise<ReadonlyArray<Probe>> {
  const working: Probe[] = [];
  for (const probe of probes) {
    if (probe.sql === undefined || (await failureOf(client, probe)) === undefined) working.push(probe);
  }
  return working;
}

async function tryOnView(
  client: pg.Client,
  move: TableMove,
  probes: ReadonlyArray<Probe>,
  role: string,
  patience: Patience,
): Promise<ReadonlyArray<{ readonly probe: Probe; readonly why: string }>> {
  const found: { readonly probe: Probe; readonly why: string }[] = [];
  try {
    await withTableLocked(client, move.from, patience, async () => {
      found.length = 0;
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(move.place.schema)}`);
      await moveTable(client, move, role);
      for (const probe of probes) {
        const why =
          probe.sql === undefined ? 'a view cannot be truncated or copied' : await failureOf(client, probe);
        if (why !== undefined) found.push({ probe, why });
      }
      throw new RehearsalOver();
    });
  } catch (error) {
    if (!(error instanceof RehearsalOver)) throw error;
  }
  return found;
}

/** Ends the transaction of a rehearsal, which must leave nothing. */
class RehearsalOver extends Error {
  override readonly name = 'RehearsalOver';
}

/** @returns why PostgreSQL refuses it, undefined when it does not; the transaction goes on either way */
async function failureOf(client: pg.Client, probe: Probe): Promise<string | undefined> {
  await client.query('SAVEPOINT probe');
  try {
    const path = probe.searchPath.map((schema) => pg.escapeIdentifier(schema)).join(', ');
    await client.query(`SET LOCAL search_path = ${path === '' ? `''` : path}`);
    await client.query(probe.sql ?? '');
    if (probe.sql?.startsWith(`PREPARE ${PROBE}`) === true) await client.query(`DEALLOCATE ${PROBE}`);
    return undefined;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code !== '57014' && error.code !== '55P03')
      return error.message;
    throw error;
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT probe');
  }
}
