import type { ParkReason, ParkState } from './consumer-store.js';
import type { SqlTransaction } from './sql-transaction.js';

/** A parked event as an operator sees it. */
export interface ParkedEvent {
  readonly consumer: string;
  readonly source: string;
  readonly eventId: string;
  readonly sequence: bigint;
  readonly type: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly state: ParkState;
  readonly reason: ParkReason;
  readonly detail: string;
  readonly attempts: number;
  readonly parkedAt: Date;
  /** Null when it waits for another, or for a person. */
  readonly nextAttemptAt: Date | null;
}

/** Which parked events; everything that is not given is any. */
export interface ParkedEventFilter {
  readonly consumer?: string;
  readonly source?: string;
  readonly eventId?: string;
}

const FILTER =
  '($1::text IS NULL OR consumer = $1) AND ($2::text IS NULL OR source = $2) AND ($3::text IS NULL OR event_id = $3::uuid)';

/** Lists parked events, the oldest first, at most `limit`. */
export async function listParkedEvents(
  transaction: SqlTransaction,
  filter: ParkedEventFilter = {},
  limit = 100,
): Promise<ReadonlyArray<ParkedEvent>> {
  const rows = await transaction.$queryRawUnsafe<ReadonlyArray<Record<string, unknown>>>(
    `SELECT consumer, source, event_id::text AS "eventId", sequence::text AS sequence, type,
            aggregate_type AS "aggregateType", aggregate_id AS "aggregateId", state, reason, detail, attempts,
            parked_at AS "parkedAt", next_attempt_at AS "nextAttemptAt"
       FROM parked_events WHERE ${FILTER} ORDER BY parked_at, source, sequence LIMIT $4::int`,
    ...valuesOf(filter),
    limit,
  );
  return rows.map((row) => ({ ...row, sequence: BigInt(row['sequence'] as string) }) as ParkedEvent);
}

/**
 * Has parked events tried again at once, with their attempts counted anew; those behind them follow by themselves.
 * The consumer sees it within seconds.
 *
 * @returns how many
 */
export async function replayParkedEvents(
  transaction: SqlTransaction,
  filter: ParkedEventFilter = {},
): Promise<number> {
  const rows = await transaction.$queryRawUnsafe<ReadonlyArray<unknown>>(
    `UPDATE parked_events SET state = 'RETRYING', attempts = 0, next_attempt_at = now(), updated_at = now()
      WHERE ${FILTER} AND state <> 'WAITING' RETURNING 1`,
    ...valuesOf(filter),
  );
  return rows.length;
}

/**
 * Gives one parked event up for good: it never takes effect, and those behind it go on.
 *
 * @returns whether there was one
 */
export async function discardParkedEvent(
  transaction: SqlTransaction,
  event: Required<ParkedEventFilter>,
): Promise<boolean> {
  const rows = await transaction.$queryRawUnsafe<ReadonlyArray<unknown>>(
    `DELETE FROM parked_events WHERE ${FILTER} RETURNING 1`,
    ...valuesOf(event),
  );
  return rows.length > 0;
}

function valuesOf({ consumer, source, eventId }: ParkedEventFilter): ReadonlyArray<string | null> {
  return [consumer ?? null, source ?? null, eventId ?? null];
}
