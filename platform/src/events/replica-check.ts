import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from './position.js';
import type { RangeHash, ReplicaRow } from './replica-client.js';
import { selectRange, selectRows, type KeyRange } from './replica-sql.js';
import { MAXIMUM_KEYS } from './replica-query.js';
import { byKey, readReplica, readReplicaRows, rowsOf, type Replica } from './replica.js';

/** A row in which a replica differs from its owner. It tells no values: they may be personal. */
export interface ReplicaDifference {
  readonly key: string;
  /** `missing` in the replica, `extra` in it, or `different`. */
  readonly kind: 'missing' | 'extra' | 'different';
  /** The owner's names of the columns that differ; empty unless `different`. */
  readonly columns: ReadonlyArray<string>;
}

/** What a comparison found. */
export interface ReplicaComparison {
  /** How many rows the owner has. */
  readonly rows: number;
  readonly differences: ReadonlyArray<ReplicaDifference>;
  /** False when there were more differences than were asked for: the rest was not looked at. */
  readonly isComplete: boolean;
}

/** The consumer did not come as far as the owner was read, so that nobody can say whether a row is wrong or late. */
export class ReplicaBehindError extends Error {
  override readonly name = 'ReplicaBehindError';
}

export interface CompareOptions {
  /** How many differences to find at most, up to 25,000; 1,000 when not given. */
  readonly maximum?: number;
  /** How long to wait for the consumer where rows differ, 10 s when not given. */
  readonly waitMilliseconds?: number;
}

/** Rows that change all the time are looked at so often. */
const ROUNDS = 50;
/** So many rows of the replica are looked at where the owner has a range of 1,000. */
const MAXIMUM_SUSPECTS = 50_000;

/**
 * Compares a replica with its owner while both go on changing. Ranges of rows are compared by their hash, and only
 * where that differs row by row. A row counts as different when it is so at a settled position: the owner's row was
 * the same before and after the replica's was read, and the consumer had applied everything that the owner had told
 * when it was read first.
 *
 * @throws {ReplicaBehindError} when rows differ and the consumer does not come that far
 * @throws {FeedRefusal} or the failure to reach the owner
 */
export async function compareReplica(
  replica: Replica,
  { maximum = 1_000, waitMilliseconds = 10_000 }: CompareOptions = {},
): Promise<ReplicaComparison> {
  const columns = Object.keys(replica.columns);
  const most = Math.min(maximum, MAXIMUM_SUSPECTS / 2);
  const differences: ReplicaDifference[] = [];
  let rows = 0;
  for await (const range of replica.client.ranges(columns)) {
    rows += range.rows;
    if (await hasSameHash(replica, range)) {
      continue;
    }
    const suspects = await findSuspects(replica, range);
    for (let begin = 0; begin < suspects.length; begin += MAXIMUM_KEYS) {
      const keys = suspects.slice(begin, begin + MAXIMUM_KEYS);
      differences.push(...(await confirm(replica, keys, waitMilliseconds)));
      if (differences.length > most) {
        return { rows, differences: differences.slice(0, most), isComplete: false };
      }
    }
  }
  return { rows, differences, isComplete: true };
}

/** Tells whether a range of the replica has the hash that the owner's has. */
export async function hasSameHash(replica: Replica, range: RangeHash): Promise<boolean> {
  const [own] = await readReplica<{ rows: number; hash: string }>(
    replica,
    selectRange(rowsOf(replica), range),
  );
  return own?.rows === range.rows && own.hash === range.hash;
}

/** Finds the keys in a range whose rows differ at a glance: also of those that are only late. */
async function findSuspects(replica: Replica, { after, until }: KeyRange): Promise<ReadonlyArray<string>> {
  const columns = Object.keys(replica.columns);
  const owners = new Map<string, ReplicaRow>();
  for (let begin = after, isLast = false; !isLast;) {
    const page = await replica.client.readRange(columns, { after: begin, until });
    page.rows.forEach((row) => owners.set(row[0], row));
    isLast = page.isLast;
    begin = page.rows.at(-1)?.[0] ?? begin;
  }
  const own = await readReplicaRows(
    replica,
    selectRows(rowsOf(replica), { after, until, limit: MAXIMUM_SUSPECTS }),
  );
  const keys = [...new Set([...owners.keys(), ...own.keys()])];
  return withoutTombstones(
    replica,
    keys.filter((key) => !isSameRow(owners.get(key), own.get(key))),
  );
}

async function withoutTombstones(
  { pool, tombstones, keyType }: Replica,
  keys: ReadonlyArray<string>,
): Promise<ReadonlyArray<string>> {
  if (tombstones === undefined || keys.length === 0) {
    return keys;
  }
  const { rows } = await pool.query<{ key: string }>(
    `SELECT ${tombstones.key}::text AS key FROM ${tombstones.table} WHERE ${tombstones.key} = ANY ($1::${keyType}[])`,
    [keys],
  );
  const gone = new Set(rows.map(({ key }) => key));
  return keys.filter((key) => !gone.has(key));
}

/** Sorts out what was late: see {@link compareReplica}. */
async function confirm(
  replica: Replica,
  keys: ReadonlyArray<string>,
  waitMilliseconds: number,
): Promise<ReadonlyArray<ReplicaDifference>> {
  const columns = Object.keys(replica.columns);
  const differences: ReplicaDifference[] = [];
  let open = keys;
  for (let round = 0; open.length > 0 && round < ROUNDS; round += 1) {
    const before = await replica.client.readKeys(columns, open);
    await waitForConsumer(replica, before.through, waitMilliseconds);
    const own = await readReplicaRows(replica, selectRows(rowsOf(replica), { keys: open }));
    const after = await replica.client.readKeys(columns, open);
    const [ownersBefore, ownersAfter] = [byKey(before.rows), byKey(after.rows)];
    const moving: string[] = [];
    for (const key of open) {
      const owners = ownersBefore.get(key);
      if (!isSameRow(owners, ownersAfter.get(key))) {
        moving.push(key);
      } else if (!isSameRow(owners, own.get(key))) {
        differences.push(describe(key, owners, own.get(key), columns));
      }
    }
    open = moving;
  }
  return differences;
}

/** Waits until the consumer stands at a position of the owner's log or behind it. */
async function waitForConsumer(
  { pool, consumer, client }: Replica,
  through: Position,
  milliseconds: number,
): Promise<void> {
  const end = Date.now() + milliseconds;
  for (;;) {
    // Without a lock, which would hold up the consumer that is waited for.
    const { rows } = await pool.query<{ is_there: boolean }>(
      `SELECT epoch = $3::uuid AND sequence >= $4::bigint AS is_there
         FROM consumer_positions WHERE consumer = $1 AND source = $2`,
      [consumer, client.source, through.epoch, through.sequence.toString()],
    );
    if (rows[0]?.is_there === true) {
      return;
    }
    if (Date.now() > end) {
      throw new ReplicaBehindError(
        `Rows differ, and the consumer \`${consumer}\` has not come as far as \`${client.source}\` has told: compare ` +
          'again when it has. It follows only while its service runs.',
      );
    }
    await sleep(20);
  }
}

function describe(
  key: string,
  owners: ReplicaRow | undefined,
  own: ReplicaRow | undefined,
  columns: ReadonlyArray<string>,
): ReplicaDifference {
  if (owners === undefined || own === undefined) {
    return { key, kind: own === undefined ? 'missing' : 'extra', columns: [] };
  }
  const differing = columns.filter((_column, index) => owners[index + 1] !== own[index + 1]);
  return { key, kind: 'different', columns: differing };
}

function isSameRow(one: ReplicaRow | undefined, other: ReplicaRow | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
