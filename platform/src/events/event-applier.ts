import { describeCause } from '../errors/index.js';
import { runTraced, runTracedPage } from './event-spans.js';
import type { Logger } from '../telemetry/index.js';
import type { ConsumerStore } from './consumer-store.js';
import type { EventContracts } from './contracts.js';
import { crashPoint } from './crash-points.js';
import { parseEnvelope, positionOf, type ReceivedEvent } from './envelope.js';
import {
  readIncomingEvent,
  readIncomingEvents,
  type EventReading,
  type IncomingEvent,
} from './incoming-event.js';
import { afterFailure, sortOut, toParked } from './parking.js';
import { isSamePosition, type Position } from './position.js';
import type { RetryPolicy } from './retry-policy.js';
import type { SqlTransaction, TransactionRunner } from './sql-transaction.js';
import type { EventPage } from './transport.js';

/**
 * Gives an event its effect, by statements of `transaction` alone: they commit with the note that the event was
 * applied, or not at all. It may be called again for an event whose transaction did not commit.
 */
export type EventHandler<Transaction, Data = unknown> = (
  event: ReceivedEvent<Data>,
  transaction: Transaction,
) => Promise<void>;

/** Handlers by event type; other types are ignored. */
export type EventHandlers<Transaction> = Readonly<Record<string, EventHandler<Transaction>>>;

/** Handlers by event type, each with the data of its contract, as the build writes them from the schemas. */
export type TypedEventHandlers<Transaction, EventData extends object> = {
  readonly [Type in keyof EventData]?: EventHandler<Transaction, EventData[Type]>;
};

export interface EventApplierOptions<Transaction extends SqlTransaction> {
  readonly source: string;
  readonly store: ConsumerStore;
  readonly runInTransaction: TransactionRunner<Transaction>;
  readonly handlers: EventHandlers<Transaction>;
  readonly contracts: EventContracts;
  readonly retryPolicy: RetryPolicy;
  readonly logger: Logger;
}

/** Brings the events of one source into the consumer's database, each once and in the order of its aggregate. */
export interface EventApplier {
  /**
   * Applies a page, or leaves what another replica of the consumer has applied already.
   *
   * @returns whether something was parked
   * @throws {PositionMovedError} when the page does not follow on the stored position
   */
  apply(page: EventPage): Promise<boolean>;
  /** Tries the next parked event whose turn it is; when there is none, says when there will be. */
  retryNext(): Promise<RetryOutcome>;
}

/** Whether a parked event was tried; when not, after how long the next one is due, null when none waits for a time. */
export interface RetryOutcome {
  readonly wasTried: boolean;
  readonly dueInMilliseconds: number | null;
}

const TRIED: RetryOutcome = { wasTried: true, dueInMilliseconds: 0 };

/** Somebody set the position to another place: read on from there. */
export class PositionMovedError extends Error {
  override readonly name = 'PositionMovedError';
}

/** Events a transaction: enough to spread its cost, few enough to keep it short. */
const BATCH = 100;

/** Makes the applier. */
export function createEventApplier<Transaction extends SqlTransaction>(
  options: EventApplierOptions<Transaction>,
): EventApplier {
  const { source, store, runInTransaction, handlers, contracts, retryPolicy, logger } = options;
  const reading: EventReading = { source, contracts, isHandled: (type) => Object.hasOwn(handlers, type) };

  const handle = async (event: ReceivedEvent, transaction: Transaction): Promise<void> => {
    const handler = handlers[event.type];
    if (handler !== undefined) {
      crashPoint('consumer.beforeHandler');
      await runTraced(event, () => handler(event, transaction));
      crashPoint('consumer.afterHandler');
    }
  };

  /** Applies some events and moves the position behind them, in one transaction. */
  const applyTogether = (
    events: ReadonlyArray<IncomingEvent>,
    from: Position,
    to: Position,
  ): Promise<boolean> =>
    runInTransaction(async (transaction) => {
      const stored = await requireFollows(store, transaction, from);
      const fresh = events.filter(({ place }) => place === undefined || place.sequence > stored.sequence);
      const aggregates = fresh.flatMap((one) => (one.kind === 'ignore' ? [] : [one.event.aggregate]));
      const blocked = await store.findBlocked(transaction, to.epoch, aggregates);
      const { toHandle, toPark } = sortOut(fresh, blocked);
      await store.park(transaction, to.epoch, toPark);
      const entered = await store.enter(transaction, toHandle);
      for (const event of toHandle) {
        if (entered.has(event.id)) {
          await handle(event, transaction);
        }
      }
      if (to.sequence > stored.sequence) {
        await store.move(transaction, to);
      }
      crashPoint('consumer.beforeCommit');
      return toPark.length > 0;
    });

  /** Applies one event, or parks it and moves on behind it, so that other aggregates need not wait. */
  const applyAlone = async (one: IncomingEvent, from: Position, to: Position): Promise<boolean> => {
    try {
      return await applyTogether([one], from, to);
    } catch (error) {
      if (error instanceof PositionMovedError || one.kind !== 'handle') {
        throw error;
      }
      const { event, envelope } = one;
      // With the database away this fails as well, and the page comes again.
      await runInTransaction(async (transaction) => {
        const stored = await requireFollows(store, transaction, from);
        if (event.sequence > stored.sequence) {
          const attempt = afterFailure(retryPolicy, 1, error);
          await store.park(transaction, to.epoch, [toParked(event, envelope, attempt)]);
          await store.move(transaction, to);
        }
        crashPoint('consumer.beforeParkCommit');
      });
      crashPoint('consumer.afterParkCommit');
      const { id: eventId, type } = event;
      logger.warn({ source, eventId, type, cause: describeCause(error) }, 'an event could not be applied');
      return true;
    }
  };

  const applyBatch = async (
    batch: ReadonlyArray<IncomingEvent>,
    from: Position,
    to: Position,
  ): Promise<boolean> => {
    try {
      return await applyTogether(batch, from, to);
    } catch (error) {
      if (error instanceof PositionMovedError) {
        throw error;
      }
    }
    // One of them failed and took the others' effects with it: alone, each shows which it was.
    let parked = false;
    let place = from;
    for (const [index, one] of batch.entries()) {
      const behind = index === batch.length - 1 ? to : (one.place ?? place);
      parked = (await applyAlone(one, place, behind)) || parked;
      place = behind;
    }
    return parked;
  };

  const applyPage = async (page: EventPage, incoming: ReadonlyArray<IncomingEvent>): Promise<boolean> => {
    let parked = false;
    let from = page.after;
    for (let begin = 0; begin < incoming.length; begin += BATCH) {
      const batch = incoming.slice(begin, begin + BATCH);
      const isLast = begin + BATCH >= incoming.length;
      const to = isLast ? page.position : (batch.findLast(({ place }) => place !== undefined)?.place ?? from);
      parked = (await applyBatch(batch, from, to)) || parked;
      crashPoint('consumer.afterCommit');
      from = to;
    }
    if (incoming.length === 0 && !isSamePosition(page.after, page.position)) {
      await applyTogether([], page.after, page.position);
    }
    return parked;
  };

  return {
    async apply(page) {
      const incoming = readIncomingEvents(page, reading);
      return runTracedPage(source, incoming, () => applyPage(page, incoming));
    },

    async retryNext() {
      const tried: { event?: { readonly id: string; readonly attempts: number } } = {};
      try {
        return await runInTransaction(async (transaction) => {
          delete tried.event;
          const position = await store.lockPosition(transaction);
          if (position === undefined) {
            return { wasTried: false, dueInMilliseconds: null };
          }
          const due = await store.findDue(transaction, position.epoch);
          if (due === undefined) {
            const dueInMilliseconds = await store.nextAttemptIn(transaction, position.epoch);
            return { wasTried: false, dueInMilliseconds };
          }
          const one = readParked(due.envelope, reading);
          if (one.kind === 'broken') {
            const { reason, detail } = one;
            const change = { state: 'PARKED', reason, detail, pauseMilliseconds: null } as const;
            await store.update(transaction, due.eventId, { ...change, attempts: due.attempts });
            return TRIED;
          }
          tried.event = { id: due.eventId, attempts: due.attempts + 1 };
          if (one.kind === 'handle' && (await store.enter(transaction, [one.event])).size > 0) {
            await handle(one.event, transaction);
          }
          await store.remove(transaction, due.eventId);
          crashPoint('consumer.beforeRetryCommit');
          delete tried.event;
          return TRIED;
        });
      } catch (error) {
        if (tried.event === undefined) {
          throw error;
        }
        const { id: eventId, attempts } = tried.event;
        const change = afterFailure(retryPolicy, attempts, error);
        await runInTransaction(async (transaction) => {
          await store.lockPosition(transaction);
          await store.update(transaction, eventId, change);
          crashPoint('consumer.beforeParkCommit');
        });
        const level = change.state === 'PARKED' ? 'error' : 'warn';
        logger[level]({ source, eventId, attempts, cause: change.detail }, 'a parked event failed again');
        return TRIED;
      }
    },
  };
}

async function requireFollows(
  store: ConsumerStore,
  transaction: SqlTransaction,
  from: Position,
): Promise<Position> {
  const stored = await store.lockPosition(transaction);
  if (stored === undefined || stored.epoch !== from.epoch || stored.sequence < from.sequence) {
    throw new PositionMovedError('the position of the consumer was set to another place');
  }
  return stored;
}

/** A parked event is checked anew: a contract or a handler may have been added since. */
function readParked(envelope: unknown, reading: EventReading): IncomingEvent {
  const parsed = parseEnvelope(envelope);
  const end = parsed.type === 'event' ? positionOf(parsed.event) : { epoch: '', sequence: 0n, eventId: '' };
  return readIncomingEvent(envelope, reading, { ...end, sequence: end.sequence - 1n }, end);
}
