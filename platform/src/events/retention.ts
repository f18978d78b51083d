import type pg from 'pg';
import { crashPoint } from './crash-points.js';

/** How much of a log is kept, and when its readers count as gone. */
export interface OutboxRetention {
  /** Events younger than this stay whoever has read them. */
  readonly keepMilliseconds: number;
  /** A consumer that was not seen for as long is reported. What it has not read stays all the same. */
  readonly awayMilliseconds: number;
  /**
   * Services, or single consumers as `caller/consumer`, that must have been here; while one never was, nothing is
   * removed.
   */
  readonly expectedConsumers: ReadonlyArray<string>;
}

/** A reader that holds the log up. */
export interface AwayConsumer {
  /** `caller/consumer`. */
  readonly name: string;
  /** Null when it never was here. */
  readonly seenAt: Date | null;
  /** How many events wait for it, counted by their numbers. */
  readonly behind: bigint;
}

/** What pruning did. */
export interface PrunedOutbox {
  readonly removed: number;
  readonly away: ReadonlyArray<AwayConsumer>;
}

/** Rows a transaction, so that locks stay short. */
const BATCH = 5_000;

/**
 * Removes what every consumer has read and the policy lets go. The last event read by the slowest consumer stays, since
 * its position is held against it.
 */
export async function pruneOutbox(pool: pg.Pool, policy: OutboxRetention): Promise<PrunedOutbox> {
  const { rows: readers } = await pool.query<{
    name: string;
    sequence: string;
    seen_at: Date;
    away: boolean;
  }>(
    `SELECT c.name, CASE WHEN c.epoch = e.epoch THEN c.sequence ELSE 0 END::text AS sequence, c.seen_at,
            c.seen_at < now() - $1::float8 * interval '1 millisecond' AS away
       FROM outbox_consumers c CROSS JOIN outbox_epoch e`,
    [policy.awayMilliseconds],
  );
  const { rows: heads } = await pool.query<{ head: string }>(
    'SELECT COALESCE(max(sequence), 0)::text AS head FROM outbox',
  );
  const head = BigInt(heads[0]?.head ?? 0);
  const missing = policy.expectedConsumers.filter(
    (name) => !readers.some((reader) => reader.name === name || reader.name.startsWith(`${name}/`)),
  );
  const away: AwayConsumer[] = [
    ...missing.map((name) => ({ name, seenAt: null, behind: head })),
    ...readers
      .filter((reader) => reader.away)
      .map(({ name, sequence, seen_at }) => ({ name, seenAt: seen_at, behind: head - BigInt(sequence) })),
  ];
  const slowest = readers.reduce((least, { sequence }) => {
    const read = BigInt(sequence);
    return read < least ? read : least;
  }, head);
  let removed = 0;
  if (missing.length === 0) {
    const below = await findFirstToKeep(pool, slowest, policy.keepMilliseconds);
    for (let count = BATCH; count === BATCH; removed += count) {
      count = await pruneBatch(pool, below);
    }
  }
  return { removed, away };
}

async function findFirstToKeep(pool: pg.Pool, slowest: bigint, keepMilliseconds: number): Promise<bigint> {
  const { rows } = await pool.query<{ first: string }>(
    `SELECT least($1, COALESCE(min(sequence), $1))::text AS first FROM outbox
      WHERE occurred_at >= now() - $2::float8 * interval '1 millisecond'`,
    [slowest.toString(), keepMilliseconds],
  );
  return BigInt(rows[0]?.first ?? 0);
}

async function pruneBatch(pool: pg.Pool, below: bigint): Promise<number> {
  // One statement, so that nobody sees the rows gone and the mark not moved.
  const { rows } = await pool.query<{ count: number }>(
    `WITH gone AS (
       DELETE FROM outbox WHERE sequence IN (
         SELECT sequence FROM outbox WHERE sequence < $1 ORDER BY sequence LIMIT ${BATCH})
       RETURNING sequence
     ), mark AS (
       UPDATE outbox_epoch SET pruned_through = (SELECT max(sequence) FROM gone)
        WHERE (SELECT max(sequence) FROM gone) > pruned_through
     )
     SELECT count(*)::int AS count FROM gone`,
    [below.toString()],
  );
  crashPoint('retention.afterPrune');
  return rows[0]?.count ?? 0;
}

/**
 * Removes notes of applied events that are older than the given time. Keep them longer than the sources keep their
 * events: an event that may come again must be known.
 *
 * @returns how many
 */
export async function pruneInbox(pool: pg.Pool, keepMilliseconds: number): Promise<number> {
  let removed = 0;
  for (let count = BATCH; count === BATCH; removed += count) {
    const { rowCount } = await pool.query(
      `DELETE FROM inbox WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM inbox WHERE applied_at < now() - $1::float8 * interval '1 millisecond' LIMIT ${BATCH}))`,
      [keepMilliseconds],
    );
    count = rowCount ?? 0;
  }
  return removed;
}
