import { testTelemetry } from '../../testing/test-telemetry.js';
import { createAppendHints } from '../append-hints.js';
import { createSettledLog } from '../settled-log.js';
import type { TestDatabase } from '../test-fixtures.js';
import type { TestFeed } from '../test-feed.js';
import type { EventTransport } from '../transport.js';
import type { NatsBroker } from './broker.js';
import { createNatsRelay, type NatsRelay, type NatsRelayOptions } from './relay.js';
import { createNatsTransport } from './transport.js';

/** A relay with a watch of its own, as in a process of its own. */
export interface TestRelay extends NatsRelay {
  readonly touch: () => void;
}

/** Makes the relay of `maker`. */
export function createTestRelay(
  { pool }: Pick<TestDatabase, 'pool'>,
  broker: NatsBroker,
  options: Partial<NatsRelayOptions> = {},
): TestRelay {
  const log = createSettledLog({ pool, idleMilliseconds: 20 });
  const hints = createAppendHints(pool, () => log.touch());
  const relay = createNatsRelay({
    broker,
    source: 'maker',
    pool,
    log,
    logger: testTelemetry('maker').logger,
    heartbeatMilliseconds: 50,
    takeOverMilliseconds: 20,
    retryMilliseconds: [10, 50],
    ...options,
  });
  return {
    ...relay,
    touch: () => log.touch(),
    async stop() {
      hints.close();
      await relay.stop();
    },
  };
}

/** Makes a reader of `maker` by the broker. */
export function createTestNatsTransport(broker: NatsBroker, feed: EventTransport): EventTransport {
  return createNatsTransport({
    broker,
    feed,
    logger: testTelemetry('shop').logger,
    silenceMilliseconds: 5_000,
    lateMilliseconds: 100,
    checkInMilliseconds: 500,
    retryMilliseconds: [10, 50],
  });
}

/** The same over the feed of a test. */
export function createFeedAndNatsTransport(broker: NatsBroker, feed: TestFeed): EventTransport {
  return createTestNatsTransport(broker, feed.createTransport());
}
