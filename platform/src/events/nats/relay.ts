import { jetstreamManager } from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describeCause } from '../../errors/index.js';
import type { Logger } from '../../telemetry/index.js';
import { crashPoint } from '../crash-points.js';
import type { ReceivedEvent } from '../envelope.js';
import type { Position } from '../position.js';
import type { SettledLog } from '../settled-log.js';
import type { NatsBroker } from './broker.js';
import { BROKER_MILLISECONDS, withDeadline } from './deadline.js';
import { brokerNames } from './names.js';
import { publishLog } from './publish-log.js';
import { acquirePublisherLock, type PublisherLock } from './publisher-lock.js';
import { ensureStream, type StreamRetention } from './stream.js';

export interface NatsRelayOptions {
  readonly broker: NatsBroker;
  /** The service whose outbox is published. */
  readonly source: string;
  /** The service's own pool, on the primary that takes its writes. */
  readonly pool: pg.Pool;
  /** The watch over the outbox: the feed's own, so that both look at it once. */
  readonly log: SettledLog;
  readonly logger: Logger;
  /** Whom an event says to be erased; nobody when not given. See {@link EventContracts.erasedPersonOf}. */
  readonly erasedPersonOf?: (event: ReceivedEvent) => string | undefined;
  readonly retention?: StreamRetention;
  /** How often to say that the source is alive, 3 s when not given. */
  readonly heartbeatMilliseconds?: number;
  /** How often a relay that is not the one asks whether it is now, 2 s when not given. */
  readonly takeOverMilliseconds?: number;
  /** Pauses after failures grow from the first to the second, 100 ms and 10 s when not given. */
  readonly retryMilliseconds?: readonly [least: number, most: number];
}

/** How a relay is doing. */
export interface NatsRelayStatus {
  readonly source: string;
  readonly state: 'starting' | 'standby' | 'publishing' | 'failing' | 'stopped';
  /** The last event that the broker has acknowledged to this relay. */
  readonly position: Position | null;
  /** Why it does not publish. */
  readonly failure: string | null;
}

/** Publishes the outbox of one service to its stream. */
export interface NatsRelay {
  /** Begins in the background. */
  start(): void;
  /** Waits for what is under way and ends. Safe to call twice. */
  stop(): Promise<void>;
  status(): NatsRelayStatus;
}

/**
 * Makes the relay of one process of a service. Every process may have one: the one that holds the lock publishes, in
 * settled order, each event with the place of the one before it. What it publishes again after a crash has the ids that
 * it had before, and what the broker then takes a second time is known to its readers.
 */
export function createNatsRelay(options: NatsRelayOptions): NatsRelay {
  const {
    broker,
    source,
    pool,
    log,
    logger,
    heartbeatMilliseconds = 3_000,
    takeOverMilliseconds = 2_000,
  } = options;
  const [least, most] = options.retryMilliseconds ?? [100, 10_000];
  const names = brokerNames(broker.prefix, source);
  const ending = new AbortController();
  const status: { -readonly [Key in keyof NatsRelayStatus]: NatsRelayStatus[Key] } = {
    source,
    state: 'starting',
    position: null,
    failure: null,
  };
  let running: Promise<void> | undefined;
  let failures = 0;
  let wasWarned = false;

  const onAcknowledged = (position: Position): void => {
    failures = 0;
    Object.assign(status, { state: 'publishing', position, failure: null });
  };

  const warnOnce = (version: string): void => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (!wasWarned && (major < 2 || (major === 2 && minor < 10))) {
      wasWarned = true;
      logger.warn(
        { version },
        'this broker cannot sync every write: after a loss of power it may lack events that it acknowledged, and readers refill them from the feed; nats-server 2.10 with `sync_interval: always` keeps them',
      );
    }
  };

  const attempt = async (): Promise<void> => {
    const connection = await broker.connect();
    // The lock belongs to one who reaches the broker.
    await withDeadline(connection.flush());
    warnOnce(connection.info?.version ?? '');
    status.state = 'standby';
    let lock: PublisherLock | undefined;
    const over = new AbortController();
    const stop = (): void => over.abort();
    const away = watchLoss(broker, over.signal);
    ending.signal.addEventListener('abort', stop);
    try {
      lock = await acquirePublisherLock(pool, ending.signal, takeOverMilliseconds);
      if (lock === undefined) {
        return;
      }
      lock.lost.addEventListener('abort', stop);
      crashPoint('relay.afterLock');
      const manager = await jetstreamManager(connection, { timeout: BROKER_MILLISECONDS });
      await ensureStream(manager, names, options.retention);
      const work = {
        ...{ source, pool, log, connection, manager, names, heartbeatMilliseconds, onAcknowledged },
        erasedPersonOf: options.erasedPersonOf ?? (() => undefined),
      };
      // What was on its way when the broker went is acknowledged by nobody: no use in waiting for it.
      await Promise.race([publishLog({ ...work, end: over.signal }), away]);
      if (lock.lost.aborted && !ending.signal.aborted) {
        throw new Error('the database cut the connection of the lock');
      }
    } finally {
      stop();
      ending.signal.removeEventListener('abort', stop);
      await lock?.release();
    }
  };

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        await attempt();
      } catch (error) {
        failures += 1;
        const cause = describeCause(error);
        Object.assign(status, { state: 'failing', failure: cause });
        logger.warn({ source, failures, cause }, 'the relay cannot publish; readers use the feed meanwhile');
        const pause = Math.min(most, least * 2 ** Math.min(failures - 1, 20)) * (0.5 + Math.random() / 2);
        await sleep(pause, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  };

  return {
    start() {
      running ??= run();
    },
    async stop() {
      ending.abort();
      await running;
      status.state = 'stopped';
    },
    status: () => ({ ...status }),
  };
}

/** Rejects when the connection to the broker is lost, until the signal says that nobody cares any more. */
function watchLoss(broker: NatsBroker, end: AbortSignal): Promise<never> {
  const loss = new Promise<never>((_resolve, reject) => {
    const unwatch = broker.watch((isConnected) => {
      if (!isConnected) {
        reject(new Error('the connection to the broker was lost'));
      }
    });
    end.addEventListener('abort', unwatch, { once: true });
  });
  loss.catch(() => undefined);
  return loss;
}
