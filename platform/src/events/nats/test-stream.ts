import { jetstreamManager } from '@nats-io/jetstream';
import type { Position } from '../position.js';
import type { NatsBroker } from './broker.js';
import { parseMessage } from './message.js';
import { isStreamNotFound } from './stream.js';

/** A stretch of the log that a message carries. */
export interface Stretch {
  readonly subject: string;
  readonly after: Position;
  readonly position: Position;
}

/** Reads all messages of `maker` that the broker has, in the order of the stream. */
export async function readStream(broker: NatsBroker): Promise<ReadonlyArray<Stretch>> {
  const manager = await jetstreamManager(await broker.connect());
  const info = await manager.streams.info('events-maker').catch((error: unknown) => {
    if (isStreamNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  const stretches: Stretch[] = [];
  // An empty stream says that its first message has number 0.
  for (
    let sequence = Math.max(1, info?.state.first_seq ?? 1);
    sequence <= (info?.state.last_seq ?? 0);
    sequence += 1
  ) {
    const message = await manager.streams.getMessage('events-maker', { seq: sequence });
    const parsed =
      message === null
        ? undefined
        : parseMessage({ headers: message.header, data: message.data }, 'maker', () => true);
    if (parsed !== undefined && message !== null) {
      stretches.push({ subject: message.subject, after: parsed.after, position: parsed.position });
    }
  }
  return stretches;
}

/** The places that no message leads to, and from which others go on: holes in what was published. */
export function holesOf(stretches: ReadonlyArray<Stretch>): ReadonlyArray<bigint> {
  const reached = new Set(stretches.map(({ position }) => position.sequence));
  const [first] = stretches;
  return stretches
    .map(({ after }) => after.sequence)
    .filter((sequence) => !reached.has(sequence) && sequence !== first?.after.sequence);
}
