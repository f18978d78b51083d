import { createConsumerStore } from './consumer-store.js';
import { byKey, type Replica } from './replica.js';
import { hasSameHash, type ReplicaDifference } from './replica-check.js';
import type { ReplicaPage, ReplicaRow } from './replica-client.js';
import { MAXIMUM_KEYS } from './replica-query.js';
import { ofRange, type KeyRange } from './replica-sql.js';
import { pgTransactions, type PgTransaction } from './sql-transaction.js';

/** What a repair did to a replica. */
export interface ReplicaRepair {
  /** Rows that were added or changed. */
  readonly written: number;
  readonly deleted: number;
}

/*
 * Every transaction here holds the consumer's position while it reads the owner and writes the replica. So no event is
 * applied in between, what is written is as new as the consumer or newer, and the events between the two, which come
 * yet, find a version that is not older than theirs: handlers must leave such a row as it is.
 */

/**
 * Gives rows of a replica the state that their owner has now, and deletes those that the owner has not.
 *
 * @param differences which rows; those of all ranges whose hash differs when not given, as after a restore of the owner
 */
export async function repairReplica(
  replica: Replica,
  differences?: ReadonlyArray<Pick<ReplicaDifference, 'key'>>,
): Promise<ReplicaRepair> {
  let done: ReplicaRepair = { written: 0, deleted: 0 };
  if (differences === undefined) {
    for await (const range of replica.client.ranges(Object.keys(replica.columns))) {
      if (!(await hasSameHash(replica, range))) {
        done = add(done, await takeOver(replica, range));
      }
    }
    return done;
  }
  for (let begin = 0; begin < differences.length; begin += MAXIMUM_KEYS) {
    const keys = differences.slice(begin, begin + MAXIMUM_KEYS).map(({ key }) => key);
    done = add(done, await takeOverKeys(replica, keys));
  }
  return done;
}

/**
 * Takes over all rows of the owner, page by page, so that memory is bounded by a page and the consumer goes on between
 * two of them. A consumer that has no position yet begins at the one that was settled before the first page: events
 * before it are in the rows, those after it are still to come.
 */
export async function rebuildReplica(replica: Replica): Promise<ReplicaRepair> {
  const head = await replica.client.readKeys(Object.keys(replica.columns), [NO_KEY[replica.keyType]]);
  const done = await takeOver(replica, { after: null, until: null });
  const store = createConsumerStore(replica.consumer, replica.client.source);
  await pgTransactions(replica.pool)((transaction) => store.begin(transaction, head.from));
  return done;
}

/** Asks for no row, only for where the log stands. */
const NO_KEY = { uuid: '00000000-0000-0000-0000-000000000000', bigint: '0' } as const;

async function takeOver(replica: Replica, { after, until }: KeyRange): Promise<ReplicaRepair> {
  const columns = Object.keys(replica.columns);
  let done: ReplicaRepair = { written: 0, deleted: 0 };
  for (let begin = after, isLast = false; !isLast;) {
    const from = begin;
    const result = await holdingConsumer(replica, async (transaction) => {
      const page = await replica.client.readRange(columns, { after: from, until });
      const end = page.isLast ? until : (page.rows.at(-1)?.[0] ?? until);
      const deleted = await deleteOthers(replica, transaction, { after: from, until: end }, page.rows);
      return { page, end, repair: { written: await write(replica, transaction, page.rows), deleted } };
    });
    done = add(done, result.repair);
    isLast = result.page.isLast;
    begin = result.end;
  }
  return done;
}

async function takeOverKeys(replica: Replica, keys: ReadonlyArray<string>): Promise<ReplicaRepair> {
  return holdingConsumer(replica, async (transaction) => {
    const page: ReplicaPage = await replica.client.readKeys(Object.keys(replica.columns), keys);
    const owners = byKey(page.rows);
    const gone = keys.filter((key) => !owners.has(key));
    const { rowCount } = await transaction.client.query(
      `DELETE FROM ${replica.table} WHERE ${replica.key} = ANY ($1::${replica.keyType}[]) ${andNoTombstone(replica, replica.table)}`,
      [gone],
    );
    return { written: await write(replica, transaction, page.rows), deleted: rowCount ?? 0 };
  });
}

function holdingConsumer<Result>(
  { pool, consumer, client }: Replica,
  work: (transaction: PgTransaction) => Promise<Result>,
): Promise<Result> {
  const store = createConsumerStore(consumer, client.source);
  return pgTransactions(pool)(async (transaction) => {
    await store.lockPosition(transaction);
    return work(transaction);
  });
}

async function deleteOthers(
  replica: Replica,
  { client }: PgTransaction,
  range: KeyRange,
  rows: ReadonlyArray<ReplicaRow>,
): Promise<number> {
  const { table, key, keyType } = replica;
  const { condition, values } = ofRange(replica, range);
  const kept = `$${values.length + 1}::${keyType}[]`;
  const { rowCount } = await client.query(
    `DELETE FROM ${table} WHERE ${condition}
       AND NOT EXISTS (SELECT FROM unnest(${kept}) AS kept (key) WHERE kept.key = ${table}.${key})
       ${andNoTombstone(replica, table)}`,
    [...values, rows.map(([rowKey]) => rowKey)],
  );
  return rowCount ?? 0;
}

/** The columns' own types read the texts; rows that are as they should be are not written. */
async function write(
  replica: Replica,
  { client }: PgTransaction,
  rows: ReadonlyArray<ReplicaRow>,
): Promise<number> {
  const { table, key, columns, stamps = {} } = replica;
  const names = Object.values(columns);
  const records = rows.map(([rowKey, ...values]) =>
    Object.fromEntries([
      [key, rowKey],
      ...names.map((name, index) => [name, values[index] ?? null] as const),
    ]),
  );
  const stamped = Object.keys(stamps);
  const written = [...names, ...stamped];
  const list = (of: ReadonlyArray<string>, prefix: string): string =>
    of.map((name) => `${prefix}.${name}`).join(', ');
  const { rowCount } = await client.query(
    `INSERT INTO ${table} (${[key, ...written].join(', ')})
     SELECT ${[`told.${key}`, ...names.map((name) => `told.${name}`), ...Object.values(stamps)].join(', ')}
       FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) AS told
      WHERE true ${andNoTombstone(replica, 'told')}
     ON CONFLICT (${key}) DO UPDATE SET ${written.map((name) => `${name} = excluded.${name}`).join(', ')}
      WHERE (${list(names, table)}) IS DISTINCT FROM (${list(names, 'excluded')})`,
    [JSON.stringify(records)],
  );
  return rowCount ?? 0;
}

function andNoTombstone({ tombstones, key }: Replica, row: string): string {
  return tombstones === undefined
    ? ''
    : `AND NOT EXISTS (SELECT FROM ${tombstones.table} AS gone WHERE gone.${tombstones.key} = ${row}.${key})`;
}

function add(one: ReplicaRepair, other: ReplicaRepair): ReplicaRepair {
  return { written: one.written + other.written, deleted: one.deleted + other.deleted };
}
