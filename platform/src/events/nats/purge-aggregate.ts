import { jetstreamManager, type JetStreamManager, type MsgRequest } from '@nats-io/jetstream';
import type { Aggregate } from '../envelope.js';
import type { NatsBroker } from './broker.js';
import { brokerNames } from './names.js';
import { isStreamNotFound } from './stream.js';

const REQUEST_MILLISECONDS = 5_000;

/**
 * Removes the events of one aggregate from its source's stream and overwrites them in the broker's files, for the
 * erasure of a person. Readers that still miss them take them from the feed, as the outbox has them by then: so the
 * outbox is scrubbed first, and that committed.
 *
 * A relay may have read an event before it was scrubbed and publish it now. So it looks a second time, after the relay
 * has said twice that it has nothing in hand.
 *
 * @param options.heartbeatMilliseconds how long to wait for the relay, 10 s when not given; without one nothing comes
 * @returns how many messages were removed
 * @throws while the broker does not answer: call it again
 */
export async function purgeAggregate(
  broker: NatsBroker,
  options: {
    readonly source: string;
    readonly aggregate: Aggregate;
    readonly heartbeatMilliseconds?: number;
  },
): Promise<number> {
  const { source, aggregate, heartbeatMilliseconds = 10_000 } = options;
  const names = brokerNames(broker.prefix, source);
  const subject = names.subjectOf(aggregate);
  const connection = await broker.connect();
  const manager = await jetstreamManager(connection, { timeout: REQUEST_MILLISECONDS });
  const heartbeats = connection.subscribe(names.heartbeats, { max: 2, callback: () => undefined });
  const timer = setTimeout(() => heartbeats.unsubscribe(), heartbeatMilliseconds);
  try {
    await connection.flush();
    let removed = await eraseSubject(manager, names.stream, subject);
    // Both have to come, or the time be over.
    await heartbeats.closed;
    removed += await eraseSubject(manager, names.stream, subject);
    return removed;
  } catch (error) {
    if (isStreamNotFound(error)) {
      return 0;
    }
    throw error;
  } finally {
    clearTimeout(timer);
    heartbeats.unsubscribe();
  }
}

/** One by one: a purge would only forget them, and leave their bytes in the file. */
export async function eraseSubject(
  manager: JetStreamManager,
  stream: string,
  subject: string,
): Promise<number> {
  let removed = 0;
  for (let sequence = 1; ; removed += 1) {
    // The protocol has it since 2.9; the client's types do not.
    const request = { seq: sequence, next_by_subj: subject } as MsgRequest;
    const message = await manager.streams.getMessage(stream, request);
    if (message === null) {
      return removed;
    }
    await manager.streams.deleteMessage(stream, message.seq, true);
    sequence = message.seq + 1;
  }
}
