import type { JetStreamManager } from '@nats-io/jetstream';
import type pg from 'pg';
import { crashPoint } from '../crash-points.js';
import type { ReceivedEvent } from '../envelope.js';
import type { BrokerNames } from './names.js';
import { eraseSubject } from './purge-aggregate.js';

/**
 * Takes from the stream, and overwrites at the broker, what was published of a person before an event said that the
 * person is erased. The relay does so before it publishes that event: should it die in between, it begins there again.
 * Readers that miss what is gone take it from the feed, as the outbox has it by then.
 *
 * @returns how many messages
 */
export async function erasePublished(options: {
  readonly pool: pg.Pool;
  readonly manager: JetStreamManager;
  readonly names: BrokerNames;
  readonly person: string;
  /** The event that says so; later ones are not of this erasure. */
  readonly before: ReceivedEvent;
}): Promise<number> {
  const { pool, manager, names, person, before } = options;
  const { rows } = await pool.query<{ type: string; id: string }>(
    `SELECT DISTINCT aggregate_type AS type, aggregate_id AS id FROM outbox
      WHERE sequence < $2 AND (aggregate_id = $1 OR actor = $1 OR data ->> 'userId' = $1
            OR entities @> jsonb_build_array(jsonb_build_object('id', $1::text)))`,
    [person, before.sequence.toString()],
  );
  let removed = 0;
  for (const aggregate of rows) {
    removed += await eraseSubject(manager, names.stream, names.subjectOf(aggregate));
  }
  crashPoint('relay.afterErasure');
  return removed;
}
