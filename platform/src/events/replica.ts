import type pg from 'pg';
import type { ReplicaClient, ReplicaRow } from './replica-client.js';
import { COMPARABLE, type ReplicaKeyType, type ReplicaRows, type SqlStatement } from './replica-sql.js';
import { pgTransactions } from './sql-transaction.js';

/** A copy that a service keeps, in a table of its own, of a table that another service owns. */
export interface Replica {
  readonly client: ReplicaClient;
  /** Of the database that the replica lies in, with the service's own role. */
  readonly pool: pg.Pool;
  readonly table: string;
  /** The column that holds the owner's key. */
  readonly key: string;
  readonly keyType: ReplicaKeyType;
  /** The replica's column by the owner's name for it. The version belongs among them, if the handlers go by it. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that say of a row when it was written, and such: an SQL expression each, `now()`. They are not compared. */
  readonly stamps?: Readonly<Record<string, string>>;
  /** The consumer that keeps the replica by the owner's events. */
  readonly consumer: string;
  /** Keys whose rows must not come back, whatever the owner says, since a backup of it may have been restored. */
  readonly tombstones?: { readonly table: string; readonly key: string };
}

/** A replica as the service that keeps it describes it: all but how its owner and its own database are reached. */
export interface ReplicaDescription extends Omit<Replica, 'client' | 'pool'> {
  /** The service that owns the rows. */
  readonly source: string;
  /** What the owner calls them, in `/replicas/<name>`. */
  readonly name: string;
}

/** The replica's own rows, to be compared with the owner's. */
export function rowsOf({ table, key, keyType, columns }: Replica): ReplicaRows {
  return { table, key, keyType, expressions: Object.values(columns) };
}

/** Reads the replica as its owner is read. */
export async function readReplica<Row extends pg.QueryResultRow>(
  { pool }: Replica,
  { text, values }: SqlStatement,
): Promise<ReadonlyArray<Row>> {
  return pgTransactions(pool)(async ({ client }) => {
    await client.query(COMPARABLE);
    return (await client.query<Row>(text, values)).rows;
  });
}

/** Reads rows of the replica, by key. */
export async function readReplicaRows(
  replica: Replica,
  statement: SqlStatement,
): Promise<ReadonlyMap<string, ReplicaRow>> {
  const rows = await readReplica<{ line: string }>(replica, statement);
  return byKey(rows.map(({ line }) => JSON.parse(line) as ReplicaRow));
}

/** Gives rows by their key. */
export function byKey(rows: ReadonlyArray<ReplicaRow>): ReadonlyMap<string, ReplicaRow> {
  return new Map(rows.map((row) => [row[0], row]));
}
