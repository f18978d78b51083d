import type { Aggregate, ReceivedEvent } from './envelope.js';
import type { Position } from './position.js';
import type { SqlTransaction } from './sql-transaction.js';

/** Why an event was parked. */
export type ParkReason =
  | 'HANDLER_FAILED'
  | 'BEHIND_PARKED'
  | 'BROKEN_ENVELOPE'
  | 'INVALID_DATA'
  | 'LATER_VERSION'
  | 'UNKNOWN_VERSION';

/** What becomes of a parked event: tried again by itself, tried after those before it, or left to a person. */
export type ParkState = 'RETRYING' | 'WAITING' | 'PARKED';

/** An event about to be parked. */
export interface EventToPark {
  readonly eventId: string;
  readonly sequence: bigint;
  readonly type: string;
  readonly aggregate: Aggregate;
  readonly envelope: unknown;
  readonly state: ParkState;
  readonly reason: ParkReason;
  readonly detail: string;
  readonly attempts: number;
  /** From now, for those that retry. */
  readonly pauseMilliseconds: number | null;
}

/** A parked event whose turn it is. */
export interface DueEvent {
  readonly eventId: string;
  readonly envelope: unknown;
  readonly attempts: number;
}

/** The rows of one consumer of one source, in the consumer's own database. */
export interface ConsumerStore {
  /** Gives the position and holds it until the transaction ends: no other replica of the consumer applies meanwhile. */
  lockPosition(transaction: SqlTransaction): Promise<Position | undefined>;
  /** Begins a consumer that has no position yet; changes nothing when it has. */
  begin(transaction: SqlTransaction, position: Position): Promise<void>;
  move(transaction: SqlTransaction, position: Position): Promise<void>;
  /** Notes that events take effect now. Gives the ids of those that had not before. */
  enter(transaction: SqlTransaction, events: ReadonlyArray<ReceivedEvent>): Promise<ReadonlySet<string>>;
  /** Gives which of the aggregates have an event parked, as {@link aggregateKey}. */
  findBlocked(
    transaction: SqlTransaction,
    epoch: string,
    aggregates: ReadonlyArray<Aggregate>,
  ): Promise<Set<string>>;
  park(transaction: SqlTransaction, epoch: string, events: ReadonlyArray<EventToPark>): Promise<void>;
  /** Gives the first parked event whose turn it is and that has none of its aggregate before it. */
  findDue(transaction: SqlTransaction, epoch: string): Promise<DueEvent | undefined>;
  /** Gives in how many milliseconds the next parked event is tried again by itself; null when none is. */
  nextAttemptIn(transaction: SqlTransaction, epoch: string): Promise<number | null>;
  remove(transaction: SqlTransaction, eventId: string): Promise<void>;
  /** Leaves every parked event to a person: none is tried by itself any more. */
  holdParked(transaction: SqlTransaction): Promise<void>;
  /** Notes what became of an attempt. One that was left to a person meanwhile stays so. */
  update(
    transaction: SqlTransaction,
    eventId: string,
    change: Pick<EventToPark, 'state' | 'reason' | 'detail' | 'attempts' | 'pauseMilliseconds'>,
  ): Promise<void>;
}

/** An aggregate as a key of a set. */
export function aggregateKey({ type, id }: Aggregate): string {
  return JSON.stringify([type, id]);
}

/** Makes the store of one consumer of one source. Everything is unqualified: the role's search path leads to it. */
export function createConsumerStore(consumer: string, source: string): ConsumerStore {
  return {
    async lockPosition(transaction) {
      const [row] = await transaction.$queryRawUnsafe<
        ReadonlyArray<{ epoch: string; sequence: string; event_id: string }>
      >(
        `SELECT epoch::text AS epoch, sequence::text AS sequence, event_id::text AS event_id
           FROM consumer_positions WHERE consumer = $1 AND source = $2 FOR UPDATE`,
        consumer,
        source,
      );
      return row === undefined
        ? undefined
        : { epoch: row.epoch, sequence: BigInt(row.sequence), eventId: row.event_id };
    },
    async begin(transaction, position) {
      await transaction.$queryRawUnsafe(
        `INSERT INTO consumer_positions (consumer, source, epoch, sequence, event_id)
         VALUES ($1, $2, $3::uuid, $4::bigint, $5::uuid) ON CONFLICT DO NOTHING`,
        consumer,
        source,
        position.epoch,
        position.sequence.toString(),
        position.eventId,
      );
    },
    async move(transaction, position) {
      await transaction.$queryRawUnsafe(
        `UPDATE consumer_positions SET epoch = $3::uuid, sequence = $4::bigint, event_id = $5::uuid, updated_at = now()
          WHERE consumer = $1 AND source = $2`,
        consumer,
        source,
        position.epoch,
        position.sequence.toString(),
        position.eventId,
      );
    },
    async enter(transaction, events) {
      if (events.length === 0) {
        return new Set();
      }
      const rows = await transaction.$queryRawUnsafe<ReadonlyArray<{ event_id: string }>>(
        `INSERT INTO inbox (consumer, source, event_id, sequence)
         SELECT $1, $2, e.id, e.sequence FROM jsonb_to_recordset($3::jsonb) AS e (id uuid, sequence bigint)
         ON CONFLICT DO NOTHING RETURNING event_id::text AS event_id`,
        consumer,
        source,
        JSON.stringify(events.map(({ id, sequence }) => ({ id, sequence: sequence.toString() }))),
      );
      return new Set(rows.map(({ event_id }) => event_id));
    },
    async findBlocked(transaction, epoch, aggregates) {
      if (aggregates.length === 0) {
        return new Set();
      }
      const rows = await transaction.$queryRawUnsafe<ReadonlyArray<Aggregate>>(
        `SELECT DISTINCT p.aggregate_type AS type, p.aggregate_id AS id
           FROM parked_events p JOIN jsonb_to_recordset($4::jsonb) AS a (type text, id text)
             ON p.aggregate_type = a.type AND p.aggregate_id = a.id
          WHERE p.consumer = $1 AND p.source = $2 AND p.epoch = $3::uuid`,
        consumer,
        source,
        epoch,
        JSON.stringify(aggregates),
      );
      return new Set(rows.map(aggregateKey));
    },
    async park(transaction, epoch, events) {
      if (events.length === 0) {
        return;
      }
      await transaction.$queryRawUnsafe(
        `INSERT INTO parked_events (consumer, source, epoch, event_id, sequence, type, aggregate_type, aggregate_id,
                                    envelope, state, reason, detail, attempts, next_attempt_at)
         SELECT $1, $2, $3::uuid, e.event_id, e.sequence, e.type, e.aggregate_type, e.aggregate_id, e.envelope, e.state,
                e.reason, e.detail, e.attempts, now() + e.pause * interval '1 millisecond'
           FROM jsonb_to_recordset($4::jsonb) AS e (event_id uuid, sequence bigint, type text, aggregate_type text,
                aggregate_id text, envelope jsonb, state text, reason text, detail text, attempts int, pause float8)
         ON CONFLICT DO NOTHING`,
        consumer,
        source,
        epoch,
        JSON.stringify(
          events.map(({ aggregate, eventId, sequence, pauseMilliseconds, ...event }) => ({
            ...event,
            event_id: eventId,
            sequence: sequence.toString(),
            aggregate_type: aggregate.type,
            aggregate_id: aggregate.id,
            pause: pauseMilliseconds,
          })),
        ),
      );
    },
    async findDue(transaction, epoch) {
      const [row] = await transaction.$queryRawUnsafe<
        ReadonlyArray<{ event_id: string; envelope: string; attempts: number }>
      >(
        `SELECT p.event_id::text AS event_id, p.envelope::text AS envelope, p.attempts
           FROM parked_events p
          WHERE p.consumer = $1 AND p.source = $2 AND p.epoch = $3::uuid
            AND (p.state = 'WAITING' OR (p.state = 'RETRYING' AND p.next_attempt_at <= now()))
            AND NOT EXISTS (
              SELECT 1 FROM parked_events b
               WHERE b.consumer = p.consumer AND b.source = p.source AND b.epoch = p.epoch
                 AND b.aggregate_type = p.aggregate_type AND b.aggregate_id = p.aggregate_id
                 AND b.sequence < p.sequence)
          ORDER BY p.sequence LIMIT 1`,
        consumer,
        source,
        epoch,
      );
      return row === undefined
        ? undefined
        : { eventId: row.event_id, envelope: JSON.parse(row.envelope) as unknown, attempts: row.attempts };
    },
    async nextAttemptIn(transaction, epoch) {
      const [row] = await transaction.$queryRawUnsafe<ReadonlyArray<{ pause: number | null }>>(
        `SELECT ceil(extract(epoch FROM min(next_attempt_at) - now()) * 1000)::float8 AS pause
           FROM parked_events WHERE consumer = $1 AND source = $2 AND epoch = $3::uuid AND state = 'RETRYING'`,
        consumer,
        source,
        epoch,
      );
      const pause = row?.pause ?? null;
      return pause === null ? null : Math.max(0, pause);
    },
    async remove(transaction, eventId) {
      await transaction.$queryRawUnsafe(
        'DELETE FROM parked_events WHERE consumer = $1 AND source = $2 AND event_id = $3::uuid',
        consumer,
        source,
        eventId,
      );
    },
    async holdParked(transaction) {
      await transaction.$queryRawUnsafe(
        `UPDATE parked_events SET state = 'PARKED', next_attempt_at = NULL, updated_at = now()
          WHERE consumer = $1 AND source = $2 AND state <> 'PARKED'`,
        consumer,
        source,
      );
    },
    async update(transaction, eventId, { state, reason, detail, attempts, pauseMilliseconds }) {
      await transaction.$queryRawUnsafe(
        `UPDATE parked_events SET state = $4, reason = $5, detail = $6, attempts = $7::int,
                next_attempt_at = now() + $8::float8 * interval '1 millisecond', updated_at = now()
          WHERE consumer = $1 AND source = $2 AND event_id = $3::uuid AND state <> 'PARKED'`,
        consumer,
        source,
        eventId,
        state,
        reason,
        detail,
        attempts,
        pauseMilliseconds,
      );
    },
  };
}
