import type { JetStreamManager, MsgRequest, StoredMsg } from '@nats-io/jetstream';
import type { Position } from '../position.js';
import { readPosition } from './message.js';
import type { BrokerNames } from './names.js';

/**
 * Finds where in a stream to begin to read for one who stands at a place of the log: at the first message behind it,
 * found in about as many requests as the stream's length has binary digits. A stream may be out of order or repeat
 * itself, so the answer can be wrong; the reader then notices a hole.
 *
 * @returns a sequence number of the stream; undefined for its end, when it has nothing of that epoch behind the place
 */
export async function findStart(
  manager: JetStreamManager,
  names: BrokerNames,
  place: Position | undefined,
): Promise<number | undefined> {
  if (place === undefined) {
    return undefined;
  }
  const { state } = await manager.streams.info(names.stream);
  const isBehind = (message: StoredMsg): boolean => {
    const position = readPosition(message.header);
    // Of another epoch: an earlier one, or one that this reader will be told of.
    return position?.epoch === place.epoch && position.sequence > place.sequence;
  };
  // The first message of a stream has number 1; an empty one says 0.
  let [low, high] = [Math.max(1, state.first_seq), state.last_seq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await nextMessage(manager, names, middle);
    if (message === undefined || isBehind(message)) {
      high = middle;
    } else {
      low = message.seq + 1;
    }
  }
  return low > state.last_seq ? undefined : low;
}

/** The first message at a number or behind it: some may have been removed. */
async function nextMessage(
  manager: JetStreamManager,
  names: BrokerNames,
  sequence: number,
): Promise<StoredMsg | undefined> {
  // The protocol has it since 2.9; the client's types do not.
  const request = { seq: sequence, next_by_subj: names.subjects } as MsgRequest;
  return (await manager.streams.getMessage(names.stream, request)) ?? undefined;
}
