import {
  AckPolicy,
  DeliverPolicy,
  jetstreamManager,
  type ConsumerConfig,
  type ConsumerMessages,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { describeCause } from '../../errors/index.js';
import type { Logger } from '../../telemetry/index.js';
import { parsePosition } from '../position.js';
import type { NatsBroker } from './broker.js';
import { findStart } from './find-start.js';
import { parseMessage, type BrokerMessage } from './message.js';
import type { BrokerNames } from './names.js';
import { isStreamNotFound } from './stream.js';
import { Signal, type Heartbeat, type OpenStreamReader } from './stream-reader.js';

/** A pull; what is not taken of it stays at the broker. */
const BATCH = 500;
/** Messages that wait to be taken. With a pull more at most, this is what a slow reader costs. */
const QUEUE = 1_000;
const PULL_MILLISECONDS = 30_000;
/** What was asked when the broker went away is never answered. */
const REQUEST_MILLISECONDS = 2_000;

/**
 * Makes readers of a source's stream. Each pulls by a consumer of its own that the broker forgets: the place is kept in
 * the reader's database, with the effect of the events, and a consumer that the broker kept would be a second truth,
 * and would share the events out among the replicas of a service.
 */
export function jetstreamReaders(options: {
  readonly broker: NatsBroker;
  readonly names: BrokerNames;
  readonly source: string;
  readonly logger: Logger;
  /** Pauses between attempts grow from the first to the second. */
  readonly retryMilliseconds: readonly [least: number, most: number];
}): OpenStreamReader {
  const { broker, names, source, logger } = options;
  const [least, most] = options.retryMilliseconds;
  return ({ isWanted, place }) => {
    const signal = new Signal();
    const messages: BrokerMessage[] = [];
    let heartbeat: Heartbeat | undefined;
    let heardAt = 0;
    let isConnected = false;
    let isClosed = false;
    let isBroken = false;
    let failures = 0;
    let pulling: ConsumerMessages | undefined;

    const disconnect = (): void => {
      isConnected = false;
      isBroken = true;
      pulling?.stop();
      signal.notify();
    };
    const unwatch = broker.watch(disconnect);

    const listen = (connection: NatsConnection): Subscription =>
      connection.subscribe(names.heartbeats, {
        callback: (error, message) => {
          const position = error === null ? parsePosition(message.string()) : undefined;
          if (position !== undefined) {
            heardAt = Date.now();
            heartbeat = { position, at: heardAt };
            failures = 0;
            signal.notify();
          }
        },
      });

    const pull = async (manager: JetStreamManager, consumerName: string): Promise<void> => {
      const consumer = await manager.jetstream().consumers.get(names.stream, consumerName);
      while (!isClosed && !isBroken) {
        pulling = await consumer.fetch({
          max_messages: BATCH,
          expires: PULL_MILLISECONDS,
          idle_heartbeat: 5_000,
        });
        for await (const message of pulling) {
          const parsed = parseMessage(message, source, isWanted);
          if (parsed === undefined) {
            logger.warn({ source }, 'the broker holds a message that is none of this source; it is left out');
          } else {
            heardAt = Date.now();
            messages.push(parsed);
            signal.notify();
          }
        }
        while (messages.length > QUEUE && !isClosed && !isBroken) {
          await signal.wait(50);
        }
      }
    };

    const read = async (): Promise<void> => {
      const connection = await broker.connect();
      isBroken = false;
      heartbeat = undefined;
      const heartbeats = listen(connection);
      let consumer: string | undefined;
      const manager = await jetstreamManager(connection, { timeout: REQUEST_MILLISECONDS });
      try {
        const start = await findStart(manager, names, place());
        const config: Partial<ConsumerConfig> = {
          ack_policy: AckPolicy.None,
          filter_subject: names.subjects,
          inactive_threshold: nanos(2 * PULL_MILLISECONDS),
          mem_storage: true,
          num_replicas: 1,
          ...(start === undefined
            ? { deliver_policy: DeliverPolicy.New }
            : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start }),
        };
        consumer = (await manager.consumers.add(names.stream, config)).name;
        isConnected = true;
        signal.notify();
        await pull(manager, consumer);
      } finally {
        isConnected = false;
        heartbeats.unsubscribe();
        messages.length = 0;
        if (consumer !== undefined && !connection.isClosed() && !isBroken) {
          manager.consumers.delete(names.stream, consumer).catch(() => undefined);
        }
      }
    };

    const run = async (): Promise<void> => {
      while (!isClosed) {
        try {
          await read();
        } catch (error) {
          failures += 1;
          if (!isStreamNotFound(error)) {
            logger.warn({ source, failures, cause: describeCause(error) }, 'the broker cannot be read');
          }
        }
        signal.notify();
        if (!isClosed) {
          await signal.wait(Math.min(most, least * 2 ** Math.min(failures, 20)) * (0.5 + Math.random() / 2));
        }
      }
    };
    void run();

    return {
      get isConnected() {
        return isConnected;
      },
      messages,
      get heartbeat() {
        return heartbeat;
      },
      get heardAt() {
        return heardAt;
      },
      changed: (milliseconds) => signal.wait(milliseconds),
      close() {
        isClosed = true;
        unwatch();
        pulling?.stop();
        signal.notify();
      },
    };
  };
}
