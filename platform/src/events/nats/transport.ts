import type { Logger } from '../../telemetry/index.js';
import type { Position } from '../position.js';
import type { EventTransport } from '../transport.js';
import type { NatsBroker } from './broker.js';
import { followBroker, type BrokerPatience } from './follow-broker.js';
import { jetstreamReaders } from './jetstream-reader.js';
import { brokerNames } from './names.js';

export interface NatsTransportOptions {
  readonly broker: NatsBroker;
  /** The feed of the source whose events are read: for what the broker does not have. It is closed with this one. */
  readonly feed: EventTransport;
  readonly logger: Logger;
  /** After how long a silence the feed takes over, 10 s when not given; above the relay's heartbeat. */
  readonly silenceMilliseconds?: number;
  /** How long to wait for messages that the relay says it published, 500 ms when not given. */
  readonly lateMilliseconds?: number;
  /** How often the place is held against the source's log, 30 s when not given. */
  readonly checkInMilliseconds?: number;
  /** Pauses between attempts to read the broker grow from the first to the second, 100 ms and 5 s when not given. */
  readonly retryMilliseconds?: readonly [least: number, most: number];
}

/**
 * Makes the transport that reads a source's events from its stream, within milliseconds of their publication, and from
 * its feed what the broker lost, repeated in another order or cannot give at the moment.
 */
export function createNatsTransport(options: NatsTransportOptions): EventTransport {
  const { broker, feed, logger } = options;
  const { source } = feed;
  const patience: BrokerPatience = {
    silence: options.silenceMilliseconds ?? 10_000,
    late: options.lateMilliseconds ?? 500,
    checkIn: options.checkInMilliseconds ?? 30_000,
  };
  const open = jetstreamReaders({
    broker,
    names: brokerNames(broker.prefix, source),
    source,
    logger,
    retryMilliseconds: options.retryMilliseconds ?? [100, 5_000],
  });
  return {
    source,
    async *follow(follow) {
      const { types, after } = follow;
      let place = typeof after === 'string' ? undefined : after;
      const reader = open({
        isWanted: (type) => types === undefined || types.includes(type),
        place: () => place,
      });
      const onPlace = (reached: Position): void => void (place = reached);
      yield* followBroker({ feed, reader, follow, patience, logger, onPlace });
    },
    head: (signal) => feed.head(signal),
    close: () => feed.close(),
  };
}
