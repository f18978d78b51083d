import { setTimeout as sleep } from 'node:timers/promises';
import { describeCause } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';
import { createConsumerStore } from './consumer-store.js';
import type { EventContracts } from './contracts.js';
import { crashPoint } from './crash-points.js';
import { createEventApplier, PositionMovedError, type EventHandlers } from './event-applier.js';
import { FeedRefusal } from './feed-refusal.js';
import { isSamePosition, type Position } from './position.js';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.js';
import type { SqlTransaction, TransactionRunner } from './sql-transaction.js';
import type { EventPage, EventTransport } from './transport.js';

/** A consumer's place in its source's log is gone. */
export interface LostPosition {
  readonly source: string;
  readonly refusal: FeedRefusal;
  readonly stored: Position | undefined;
}

export interface ConsumerOptions<Transaction extends SqlTransaction> {
  /** Names its rows: the same in all replicas of it, and in the next version. */
  readonly name: string;
  readonly transport: EventTransport;
  /** Runs a transaction of the consumer's own database, such as Prisma's `$transaction`. */
  readonly runInTransaction: TransactionRunner<Transaction>;
  readonly handlers: EventHandlers<Transaction>;
  readonly contracts: EventContracts;
  readonly logger: Logger;
  /** Where a consumer that has no position yet begins, `start` when not given. */
  readonly begin?: 'start' | 'tail';
  /**
   * Called when the source does not go on from the stored position: its database was restored to an earlier time, or
   * it pruned what was not read. Compare what was kept with its owner, repair it, and give the position to go on
   * from, taken by `transport.head()` before the owner was read. When it throws it is called again after a pause.
   */
  readonly onPositionLost: (lost: LostPosition) => Promise<Position>;
  readonly retryPolicy?: RetryPolicy;
  /** How often to look for parked events that others parked or replayed, 5 s when not given. */
  readonly retryLookMilliseconds?: number;
  /** Pauses after failures of its own database grow from the first to the second, 100 ms and 10 s when not given. */
  readonly restartMilliseconds?: readonly [least: number, most: number];
}

/** How a consumer is doing. */
export interface ConsumerStatus {
  readonly consumer: string;
  readonly source: string;
  readonly state: 'starting' | 'following' | 'failing' | 'positionLost' | 'stopped';
  /** When the source was last heard, heartbeats included; null when never. */
  readonly heardAt: Date | null;
  /** As of when everything that the source told is applied; null when never. */
  readonly currentAt: Date | null;
  /** The place behind the last page that was applied. */
  readonly position: Position | null;
  /** Why it does not follow. */
  readonly failure: string | null;
}

/** Applies the events of one source to the database of a service, each once and in the order of its aggregate. */
export interface Consumer {
  /** Begins in the background. */
  start(): void;
  /** Finishes the transaction under way and ends. Safe to call twice. */
  stop(): Promise<void>;
  status(): ConsumerStatus;
}

/**
 * Makes a consumer. Any number of processes may run the same one: an event's effect, the note that it was applied and
 * the new position commit together, under a lock of the position.
 */
export function createConsumer<Transaction extends SqlTransaction>(
  options: ConsumerOptions<Transaction>,
): Consumer {
  const { name, transport, handlers, runInTransaction, logger, retryLookMilliseconds = 5_000 } = options;
  const { source } = transport;
  const [least, most] = options.restartMilliseconds ?? [100, 10_000];
  const store = createConsumerStore(name, source);
  const applier = createEventApplier({
    ...options,
    source,
    store,
    retryPolicy: options.retryPolicy ?? DEFAULT_RETRY_POLICY,
  });
  const ending = new AbortController();
  const { signal } = ending;
  const status: { -readonly [Key in keyof ConsumerStatus]: ConsumerStatus[Key] } = {
    consumer: name,
    source,
    state: 'starting',
    heardAt: null,
    currentAt: null,
    position: null,
    failure: null,
  };
  let failures = 0;
  let running: Promise<unknown> | undefined;
  let lookAtParked: (() => void) | undefined;
  /** Where this replica stands; another one of the consumer may have gone on. */
  let reached: Position | undefined;

  const follow = async (): Promise<void> => {
    const stored = await runInTransaction((transaction) => store.lockPosition(transaction));
    reached = stored;
    const types = Object.keys(handlers);
    const after = stored ?? options.begin ?? 'start';
    let isBegun = stored !== undefined;
    for await (const page of transport.follow({ consumer: name, after, types, signal })) {
      crashPoint('consumer.received');
      if (!isBegun) {
        if (after === 'start' && page.after.sequence !== 0n) {
          throw new Error(`the events of ${source} do not begin at their beginning`);
        }
        await runInTransaction((transaction) => store.begin(transaction, page.after));
        isBegun = true;
      }
      if (
        reached !== undefined &&
        page.after.epoch === reached.epoch &&
        page.after.sequence > reached.sequence
      ) {
        // Heartbeats alone would never show it.
        throw new Error(`the transport of ${source} left events out`);
      }
      if (await applier.apply(page)) {
        lookAtParked?.();
      }
      reached = page.position;
      failures = 0;
      Object.assign(status, {
        state: 'following',
        heardAt: new Date(),
        currentAt: lastTime(page) ?? new Date(),
        position: page.position,
        failure: null,
      });
      if (signal.aborted) {
        return;
      }
    }
  };

  const recover = async (refusal: FeedRefusal): Promise<void> => {
    const { isMoved, stored } = await runInTransaction(async (transaction) => {
      const position = await store.lockPosition(transaction);
      if (position !== undefined && reached !== undefined && !isSamePosition(position, reached)) {
        return { isMoved: true, stored: position };
      }
      // Tried again after the repair, an event of before would undo it.
      await store.holdParked(transaction);
      return { isMoved: false, stored: position };
    });
    if (isMoved) {
      // Somebody else has repaired already, or was set to another place.
      return;
    }
    const position = await options.onPositionLost({ source, refusal, stored });
    crashPoint('consumer.afterRepair');
    await runInTransaction(async (transaction) => {
      const now = await store.lockPosition(transaction);
      if (now === undefined) {
        await store.begin(transaction, position);
      } else if (stored !== undefined && isSamePosition(now, stored)) {
        await store.move(transaction, position);
      }
    });
  };

  /** Runs `work` again and again until the end; what fails is told and tried after a pause. */
  const persist = async (work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (error instanceof FeedRefusal && error.losesPosition) {
          logger.error({ consumer: name, source, code: error.code }, error.message);
          Object.assign(status, { state: 'positionLost', failure: error.message });
          await recover(error).catch(tell);
        } else if (!(error instanceof PositionMovedError)) {
          await tell(error);
        }
      }
    }
  };

  const tell = async (error: unknown): Promise<void> => {
    failures += 1;
    const cause = describeCause(error);
    const state = status.state === 'positionLost' ? 'positionLost' : 'failing';
    Object.assign(status, { state, failure: cause });
    logger.warn({ consumer: name, source, failures, cause }, 'a consumer of events failed; it tries again');
    const pause = Math.min(most, least * 2 ** Math.min(failures - 1, 20)) * (0.5 + Math.random() / 2);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  };

  const retry = async (): Promise<void> => {
    const pause = new AbortController();
    const wake = (): void => pause.abort();
    lookAtParked = wake;
    signal.addEventListener('abort', wake);
    try {
      let next = await applier.retryNext();
      while (next.wasTried && !signal.aborted) {
        next = await applier.retryNext();
      }
      const milliseconds = Math.min(retryLookMilliseconds, next.dueInMilliseconds ?? retryLookMilliseconds);
      await sleep(milliseconds, undefined, { signal: pause.signal }).catch(() => undefined);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  };

  return {
    start() {
      running ??= Promise.all([persist(follow), persist(retry)]);
    },
    async stop() {
      ending.abort();
      await running;
      status.state = 'stopped';
    },
    status: () => ({ ...status }),
  };
}

/** When the last event of a page happened: what came after it is not known yet. Undefined when there is none. */
function lastTime(page: EventPage): Date | undefined {
  const last = page.events.at(-1);
  const time: unknown = typeof last === 'object' && last !== null ? Reflect.get(last, 'time') : undefined;
  const date = new Date(String(time));
  return time === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}
