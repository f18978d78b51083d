import type { JetStreamManager } from '@nats-io/jetstream';
import type pg from 'pg';
import { FeedRefusal } from '../feed-refusal.js';
import type { Position } from '../position.js';
import { readHead, verifyPosition } from '../read-log.js';
import { readPosition } from './message.js';
import type { BrokerNames } from './names.js';

/**
 * Gives the place behind which a relay goes on: that of the stream's last message. Nothing else knows what the broker
 * really has, and a place that the relay kept for itself could be ahead of what the broker lost.
 *
 * Without such a message, or with one that the log does not have (another epoch, or pruned), it is the end of the log:
 * what came before it readers take from the feed.
 *
 * @param args.settled up to which number the log is settled
 */
export async function findResumePosition(args: {
  readonly manager: JetStreamManager;
  readonly pool: pg.Pool;
  readonly source: string;
  readonly names: BrokerNames;
  readonly settled: bigint;
}): Promise<Position> {
  const { manager, pool, source, names, settled } = args;
  const last = await manager.streams.getMessage(names.stream, { last_by_subj: names.subjects });
  const position = readPosition(last?.header);
  if (position !== undefined) {
    try {
      await verifyPosition(pool, { source, position, through: settled });
      return position;
    } catch (error) {
      if (!(error instanceof FeedRefusal && error.losesPosition)) {
        throw error;
      }
    }
  }
  return readHead(pool, settled);
}
