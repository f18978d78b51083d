import type { IncomingMessage, ServerResponse } from 'node:http';
import type pg from 'pg';
import type { EventConfiguration } from '../configuration/index.js';
import type { CallerVerifier } from '../identity/index.js';
import type { Logger, Metrics } from '../telemetry/index.js';
import { createConsumer, type Consumer, type LostPosition } from './consumer.js';
import { reportConsumers } from './consumer-metrics.js';
import type { EventContracts } from './contracts.js';
import { armCrashPoints } from './crash-points.js';
import type { EventHandlers } from './event-applier.js';
import { createEventFeed } from './feed-server.js';
import { createHttpTransport } from './http-transport.js';
import { createNatsBroker } from './nats/broker.js';
import { createNatsRelay } from './nats/relay.js';
import { createNatsTransport } from './nats/transport.js';
import { createOutbox, type Outbox } from './outbox.js';
import type { Position } from './position.js';
import { startRetention } from './retention-schedule.js';
import type { SqlTransaction, TransactionRunner } from './sql-transaction.js';
import type { EventTransport } from './transport.js';

const DAY = 86_400_000;

/** One consumer of a service: what it keeps or does because of one source's events. */
export interface ConsumerDefinition<Transaction extends SqlTransaction> {
  /** What it is for: `payers`. The same name in all replicas and in the next version. */
  readonly name: string;
  /** The service whose events it hears. */
  readonly source: string;
  readonly handlers: EventHandlers<Transaction>;
  /**
   * Compares what was kept with its owner and repairs it, when the source does not go on from where this consumer
   * stood. The position to go on from was taken before this is called.
   */
  readonly repair: (lost: LostPosition & { readonly from: Position }) => Promise<void>;
}

/** What a service tells and hears. */
export interface ServiceEvents {
  readonly outbox: Outbox;
  /** Answers `GET /events`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Begins to follow the sources. Call it when the service listens. */
  start<Transaction extends SqlTransaction>(
    runInTransaction: TransactionRunner<Transaction>,
    consumers: ReadonlyArray<ConsumerDefinition<Transaction>>,
  ): void;
  /** As of when one of its consumers, by its name, has applied everything that its source told; null when never. */
  currentAt(consumer: string): Date | null;
  /** Ends open answers, so that the server can drain. Call it before the server is stopped. */
  stopTelling(): void;
  /** Ends the consumers. Call it before the pool is closed. */
  stop(): Promise<void>;
}

/**
 * Makes all that a service needs to tell and hear events, over its own database.
 *
 * @param options.name the service's name: its events begin with it, and it asks others under it
 */
export function createServiceEvents(options: {
  readonly name: string;
  readonly pool: pg.Pool;
  readonly configuration: EventConfiguration;
  readonly contracts: EventContracts;
  readonly verifyCaller: CallerVerifier;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): ServiceEvents {
  const { name, pool, configuration, contracts, verifyCaller, logger, metrics } = options;
  if (configuration.crashPoints !== undefined) {
    armCrashPoints(configuration.crashPoints);
  }
  const feed = createEventFeed({ source: name, pool, verifyCaller, logger });
  const retention = startRetention({ pool, configuration, logger });
  const broker =
    configuration.natsUrl === undefined
      ? undefined
      : createNatsBroker({ url: configuration.natsUrl, name, logger });
  const relay =
    broker &&
    createNatsRelay({
      broker,
      source: name,
      pool,
      log: feed.log,
      logger,
      erasedPersonOf: (event) => contracts.erasedPersonOf(event),
      // Never longer than the outbox, from which the relay knows what to erase.
      retention: { keepMilliseconds: Math.min(DAY, configuration.keepMilliseconds) },
    });
  const transports: EventTransport[] = [];
  const consumers: Consumer[] = [];
  reportConsumers(metrics, pool, () => consumers.map((consumer) => consumer.status()));

  return {
    outbox: createOutbox({ source: name, contracts, onAppend: feed.touch }),
    handle: feed.handle,
    start(runInTransaction, definitions) {
      for (const { name: consumerName, source, handlers, repair } of definitions) {
        const { urls, secret } = requireSource(configuration, source, consumerName);
        const direct = createHttpTransport({ source, urls, caller: name, secret, logger });
        const transport =
          broker === undefined ? direct : createNatsTransport({ broker, feed: direct, logger });
        transports.push(transport);
        consumers.push(
          createConsumer({
            name: consumerName,
            transport,
            runInTransaction,
            handlers,
            contracts,
            logger,
            onPositionLost: async (lost) => {
              const from = await transport.head();
              await repair({ ...lost, from });
              return from;
            },
          }),
        );
      }
      relay?.start();
      for (const consumer of consumers) {
        consumer.start();
      }
    },
    currentAt: (consumerName) =>
      consumers.map((consumer) => consumer.status()).find(({ consumer }) => consumer === consumerName)
        ?.currentAt ?? null,
    stopTelling: () => feed.stop(),
    async stop() {
      await Promise.all([retention.stop(), relay?.stop(), ...consumers.map((consumer) => consumer.stop())]);
      await Promise.all(transports.map((transport) => transport.close()));
      await broker?.close();
    },
  };
}

function requireSource(configuration: EventConfiguration, source: string, consumer: string) {
  const found = configuration.sources.find(({ name }) => name === source);
  if (found === undefined) {
    throw new Error(
      `The consumer \`${consumer}\` hears \`${source}\`, which is not among the services that are listened to.`,
    );
  }
  return found;
}
