import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnvelope, positionOf } from '../envelope.js';
import { FeedRefusal } from '../feed-refusal.js';
import type { Faults } from '../test-faulty-transport.js';
import { testTelemetry } from '../../testing/test-telemetry.js';
import type { EventTransport } from '../transport.js';
import { followBroker } from './follow-broker.js';
import type { BrokerMessage } from './message.js';
import { Signal, type Heartbeat, type StreamReader } from './stream-reader.js';

/** A broker without a server, which loses, repeats, delays and swaps what a relay published. */
export interface FaultyBroker {
  createTransport(feed: EventTransport): EventTransport;
  /** Loses what nobody took yet. */
  wipe(): void;
  stop(): Promise<void>;
}

interface OpenReader extends StreamReader {
  heartbeat: Heartbeat | undefined;
  heardAt: number;
  isConnected: boolean;
  readonly signal: Signal;
}

const PATIENCE = { silence: 500, late: 20, checkIn: 200 } as const;

/** @param feed of the source; closed at the end */
export function createFaultyBroker(feed: EventTransport, faults: Faults): FaultyBroker {
  const readers = new Set<OpenReader>();
  const ending = new AbortController();

  const deliver = (message: BrokerMessage): void => {
    for (const reader of readers) {
      const { messages, signal } = reader;
      const fault = faults.random.chance(faults.rate) ? faults.random.below(4) : -1;
      reader.heardAt = Date.now();
      switch (fault) {
        case 0:
          messages.push(message, message);
          break;
        case 1:
          messages.splice(Math.max(0, messages.length - 1), 0, message);
          break;
        case 2:
          break;
        case 3:
          setTimeout(() => {
            messages.push(message);
            signal.notify();
          }, faults.random.below(20));
          break;
        default:
          messages.push(message);
      }
      signal.notify();
    }
  };

  /** What a relay does: everything in order, from where the log is now. */
  const publish = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        for await (const page of feed.follow({ after: 'tail', signal: ending.signal })) {
          let { after } = page;
          for (const envelope of page.events) {
            const parsed = parseEnvelope(envelope);
            if (parsed.type === 'broken') {
              throw new Error(parsed.detail);
            }
            const position = positionOf(parsed.event);
            deliver({ after, position, envelope });
            after = position;
          }
          for (const reader of readers) {
            reader.heardAt = Date.now();
            reader.heartbeat = { position: page.position, at: reader.heardAt };
            reader.signal.notify();
          }
        }
      } catch (error) {
        if (!(error instanceof FeedRefusal)) {
          throw error;
        }
        await sleep(5);
      }
    }
  };
  const publishing = publish();

  const open = (): OpenReader => {
    const signal = new Signal();
    const messages: BrokerMessage[] = [];
    const reader: OpenReader = {
      messages,
      signal,
      heartbeat: undefined,
      heardAt: 0,
      isConnected: true,
      changed: (milliseconds) => signal.wait(milliseconds),
      close() {
        readers.delete(reader);
        signal.notify();
      },
    };
    readers.add(reader);
    return reader;
  };

  return {
    createTransport: (own) => ({
      ...own,
      follow: (follow) =>
        followBroker({
          feed: own,
          reader: open(),
          follow,
          patience: PATIENCE,
          logger: testTelemetry('shop').logger,
          onPlace: () => undefined,
        }),
    }),
    wipe() {
      for (const { messages, signal } of readers) {
        messages.length = 0;
        signal.notify();
      }
    },
    async stop() {
      ending.abort();
      await publishing;
      await feed.close();
    },
  };
}
