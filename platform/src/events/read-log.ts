import type pg from 'pg';
import type { ReceivedEvent } from './envelope.js';
import { FeedRefusal } from './feed-refusal.js';
import { beginningOf, NO_EVENT, type Position } from './position.js';
import { createSettledLog } from './settled-log.js';

/** Some events of a log, in order. */
export interface LogPage {
  readonly epoch: string;
  readonly events: ReadonlyArray<ReceivedEvent>;
  /** The last event that was looked at, wanted or not; undefined when there was none. */
  readonly last: Position | undefined;
  /** Whether the limit cut it off, so that there is more already. */
  readonly isFull: boolean;
}

interface LogRow {
  readonly epoch: string;
  readonly pruned_through: string;
  readonly sequence: string | null;
  readonly event_id: string;
  readonly type: string;
  readonly version: number;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly data: unknown;
  readonly entities: ReceivedEvent['entities'];
  readonly actor: string | null;
  readonly client_ip: string | null;
  readonly client_user_agent: string | null;
  readonly traceparent: string | null;
  readonly occurred_at: Date;
}

/** The epoch, what was pruned, and the events come from one snapshot: a page cannot skip what was just pruned. */
const PAGE = `
  SELECT e.epoch::text, e.pruned_through::text, o.*
    FROM outbox_epoch e
    LEFT JOIN LATERAL (
      SELECT sequence::text, sequence AS place, event_id::text, type, version, aggregate_type, aggregate_id,
             CASE WHEN $4::text[] IS NULL OR type = ANY ($4) THEN data END AS data, entities, actor, client_ip,
             client_user_agent, traceparent, occurred_at
        FROM outbox WHERE sequence > $1 AND sequence <= $2 ORDER BY outbox.sequence LIMIT $3
    ) o ON true
   ORDER BY o.place`;

/**
 * Reads a page of a settled log.
 *
 * @param args.source what to call the log's service
 * @param args.through up to which number it is settled
 * @param args.types the wanted ones, all when not given; the page's `last` moves over the others
 * @throws {FeedRefusal} `POSITION_PRUNED`
 */
export async function readLogPage(
  pool: pg.Pool,
  args: {
    readonly source: string;
    readonly after: bigint;
    readonly through: bigint;
    readonly limit: number;
    readonly types?: ReadonlyArray<string> | undefined;
  },
): Promise<LogPage> {
  const { source, after, through, limit, types } = args;
  const { rows } = await pool.query<LogRow>(PAGE, [
    after.toString(),
    through.toString(),
    limit,
    types === undefined ? null : [...types],
  ]);
  const [first] = rows;
  if (first === undefined) {
    throw new Error('The table `outbox_epoch` has lost its row; insert it again: a new epoch begins.');
  }
  if (BigInt(first.pruned_through) > after) {
    throw new FeedRefusal('POSITION_PRUNED', prunedMessage(source));
  }
  const scanned = rows.filter(({ sequence }) => sequence !== null);
  const last = scanned.at(-1);
  return {
    epoch: first.epoch,
    events: scanned
      .filter(({ type }) => types === undefined || types.includes(type))
      .map((row) => toEvent(row, source)),
    last:
      last === undefined
        ? undefined
        : { epoch: last.epoch, sequence: BigInt(last.sequence ?? 0), eventId: last.event_id },
    isFull: scanned.length === limit,
  };
}

/**
 * Reads what is settled after a number: everything that committed up to the moment of the call.
 *
 * @param args.source what to call the log's service
 */
export async function readSettled(
  pool: pg.Pool,
  args: {
    readonly source: string;
    readonly after: bigint;
    readonly limit: number;
    readonly types?: ReadonlyArray<string>;
  },
): Promise<LogPage> {
  const through = await createSettledLog({ pool }).settle();
  return readLogPage(pool, { ...args, through });
}

/** Gives the place of the last settled event: everything before it is visible to statements that begin now. */
export async function readHead(pool: pg.Pool, through: bigint): Promise<Position> {
  const { rows } = await pool.query<{
    epoch: string;
    pruned_through: string;
    sequence: string | null;
    event_id: string | null;
  }>(
    `SELECT e.epoch::text, e.pruned_through::text, o.sequence::text, o.event_id::text
       FROM outbox_epoch e
       LEFT JOIN LATERAL (SELECT sequence, event_id FROM outbox WHERE sequence <= $1 ORDER BY sequence DESC LIMIT 1) o ON true`,
    [through.toString()],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new Error('The table `outbox_epoch` has lost its row; insert it again: a new epoch begins.');
  }
  return row.sequence === null
    ? beginningOf(row.epoch)
    : { epoch: row.epoch, sequence: BigInt(row.sequence), eventId: row.event_id ?? NO_EVENT };
}

/**
 * Holds a position against the log.
 *
 * @param through up to which number the log is settled
 * @throws {FeedRefusal} `EPOCH_CHANGED`, `POSITION_PRUNED` or `POSITION_UNKNOWN`
 */
export async function verifyPosition(
  pool: pg.Pool,
  args: { readonly source: string; readonly position: Position; readonly through: bigint },
): Promise<void> {
  const { source, position, through } = args;
  const { rows } = await pool.query<{ epoch: string; pruned_through: string; event_id: string | null }>(
    `SELECT e.epoch::text, e.pruned_through::text, o.event_id::text
       FROM outbox_epoch e LEFT JOIN outbox o ON o.sequence = $1`,
    [position.sequence.toString()],
  );
  const [row] = rows;
  if (row?.epoch !== position.epoch) {
    throw new FeedRefusal(
      'EPOCH_CHANGED',
      `The log of \`${source}\` began anew: its database was restored to an earlier time. Compare and repair.`,
    );
  }
  const isBeginning = position.sequence === 0n && position.eventId === NO_EVENT;
  if (row.event_id === position.eventId || (isBeginning && row.pruned_through === '0')) {
    return;
  }
  if (position.sequence <= BigInt(row.pruned_through)) {
    throw new FeedRefusal('POSITION_PRUNED', prunedMessage(source));
  }
  throw new FeedRefusal(
    'POSITION_UNKNOWN',
    position.sequence > through
      ? `The position is ahead of the log of \`${source}\`: its database was restored to an earlier time, or the position was altered. Compare and repair.`
      : `The position names another event than the log of \`${source}\` has there: its database was restored to an earlier time, or the position was altered. Compare and repair.`,
  );
}

function prunedMessage(source: string): string {
  return `The log of \`${source}\` no longer has the events after this position; retention removed them. Rebuild from the owner.`;
}

function toEvent(row: LogRow, source: string): ReceivedEvent {
  return {
    id: row.event_id,
    source,
    type: row.type,
    version: row.version,
    occurredAt: row.occurred_at,
    epoch: row.epoch,
    sequence: BigInt(row.sequence ?? 0),
    aggregate: { type: row.aggregate_type, id: row.aggregate_id },
    entities: row.entities,
    actor: row.actor,
    client: { ip: row.client_ip, userAgent: row.client_user_agent },
    traceparent: row.traceparent,
    data: row.data,
  };
}

/**
 * Finds the place before the first event that happened at a time or later. Clocks and numbers need not agree to the
 * last moment, so whoever must not miss anything asks for an earlier time.
 */
export async function readPositionAt(
  pool: pg.Pool,
  args: { readonly time: Date; readonly through: bigint; readonly epoch: string },
): Promise<Position> {
  // Backwards over the recent ones, which are few.
  const { rows } = await pool.query<{ sequence: string; event_id: string }>(
    `SELECT sequence::text, event_id::text FROM outbox
      WHERE outbox.sequence <= $1 AND occurred_at < $2 ORDER BY outbox.sequence DESC LIMIT 1`,
    [args.through.toString(), args.time],
  );
  const [row] = rows;
  return row === undefined
    ? beginningOf(args.epoch)
    : { epoch: args.epoch, sequence: BigInt(row.sequence), eventId: row.event_id };
}
