import type { Logger } from '../../telemetry/index.js';
import { FeedRefusal } from '../feed-refusal.js';
import { isSamePosition, type Position } from '../position.js';
import type { EventPage, EventTransport, FollowOptions } from '../transport.js';
import type { StreamReader } from './stream-reader.js';

/** When to leave the broker for the feed, in milliseconds. */
export interface BrokerPatience {
  /** After how long a silence of the source. */
  readonly silence: number;
  /** How long to wait for messages of which a heartbeat says that they were published. */
  readonly late: number;
  /** How often the place is held against the source's log, which also keeps what comes after it from being pruned. */
  readonly checkIn: number;
}

export interface FollowBrokerOptions {
  readonly feed: EventTransport;
  readonly reader: StreamReader;
  readonly follow: FollowOptions;
  readonly patience: BrokerPatience;
  readonly logger: Logger;
  /** Told of every place that was reached. */
  readonly onPlace: (place: Position) => void;
}

/** Events that are given as one page at most. */
const PAGE_EVENTS = 500;
/** A type that no source tells: a page of it is a place and nothing else. */
const NO_TYPE = 'nobody.nothing.happened';

/**
 * Follows a source by its broker, and by its feed wherever the broker is no help: at the beginning, where a message does
 * not follow on the last one, after a silence, and when a heartbeat names a place that the stream did not lead to.
 *
 * Only what follows exactly is taken from the broker, so whatever the broker does, nothing is lost, repeated or out of
 * order; its faults cost a question to the feed.
 *
 * @throws {FeedRefusal} as the feed does
 */
export async function* followBroker(options: FollowBrokerOptions): AsyncGenerator<EventPage> {
  const { feed, reader, follow, patience, logger, onPlace } = options;
  const { signal } = follow;
  /** Epochs that were over when the feed was asked: what the stream still has of them is old. */
  const over = new Set<string>();
  let doubted: string | undefined;

  /** Forgets what is behind the place already. */
  const dropRepeated = (place: Position): void => {
    const { messages } = reader;
    let count = 0;
    for (; count < messages.length; count += 1) {
      const { epoch, sequence } = (messages[count] as (typeof messages)[number]).position;
      if (!over.has(epoch) && (epoch !== place.epoch || sequence > place.sequence)) {
        break;
      }
    }
    messages.splice(0, count);
  };

  const isFresh = (): boolean => reader.isConnected && Date.now() - reader.heardAt < patience.silence;

  /** Whether the broker goes on from the place, as far as one can tell. */
  const canTakeOver = (place: Position): boolean => {
    dropRepeated(place);
    const [head] = reader.messages;
    const { heartbeat } = reader;
    if (!isFresh() || heartbeat === undefined || over.has(heartbeat.position.epoch)) {
      return false;
    }
    if (head !== undefined) {
      return head.position.epoch !== place.epoch || isSamePosition(head.after, place);
    }
    return heartbeat.position.epoch !== place.epoch || heartbeat.position.sequence <= place.sequence;
  };

  const readFeed = async function* (
    from: FollowOptions['after'],
  ): AsyncGenerator<EventPage, Position | undefined> {
    const phase = new AbortController();
    const stop = (): void => phase.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) {
      stop();
    }
    const pages = feed.follow({ ...follow, after: from, signal: phase.signal })[Symbol.asyncIterator]();
    let place = typeof from === 'string' ? undefined : from;
    let isConfirmed = false;
    let next: Promise<IteratorResult<EventPage>> | undefined;
    try {
      for (;;) {
        next ??= pages.next();
        const outcome = await (isConfirmed
          ? Promise.race([next, reader.changed(patience.silence).then(() => 'changed' as const)])
          : next);
        if (outcome !== 'changed') {
          next = undefined;
          if (outcome.done === true) {
            return place;
          }
          const page = outcome.value;
          place = page.position;
          onPlace(page.position);
          if (!isConfirmed && doubted !== undefined && doubted !== place.epoch) {
            over.add(doubted);
          }
          isConfirmed = true;
          yield page;
        }
        if (place !== undefined && canTakeOver(place)) {
          return place;
        }
      }
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      next?.catch(() => undefined);
      await pages.return?.();
    }
  };

  const readBroker = async function* (from: Position): AsyncGenerator<EventPage, Position> {
    let place = from;
    let failure: { readonly error: unknown } | undefined;
    let checkedAt = Date.now();
    let behindSince: number | undefined;
    let beatAt = 0;
    const ending = new AbortController();
    try {
      while (!signal.aborted) {
        if (failure !== undefined) {
          throw failure.error;
        }
        dropRepeated(place);
        const page = takePage(reader, place, follow.types !== undefined);
        if (page !== undefined) {
          place = page.position;
          behindSince = undefined;
          onPlace(place);
          yield page;
          continue;
        }
        const [head] = reader.messages;
        if (head !== undefined || !isFresh()) {
          doubted = head?.position.epoch;
          logger.info({ source: feed.source, hole: head !== undefined }, 'the events are read from the feed');
          return place;
        }
        const now = Date.now();
        const { heartbeat } = reader;
        if (heartbeat !== undefined && heartbeat.at !== beatAt && !over.has(heartbeat.position.epoch)) {
          const { epoch, sequence, eventId } = heartbeat.position;
          if (epoch !== place.epoch || (sequence === place.sequence && eventId !== place.eventId)) {
            doubted = epoch;
            return place;
          }
          if (sequence <= place.sequence) {
            beatAt = heartbeat.at;
            behindSince = undefined;
            yield { after: place, position: place, events: [] };
            continue;
          }
          behindSince ??= now;
          if (now - behindSince >= patience.late) {
            logger.info({ source: feed.source }, 'the broker lost events; they are read from the feed');
            return place;
          }
        }
        if (now - checkedAt >= patience.checkIn) {
          checkedAt = now;
          void checkIn(place, ending.signal).catch((error: unknown) => {
            failure = error instanceof FeedRefusal && error.losesPosition ? { error } : undefined;
          });
        }
        const until = Math.min(
          reader.heardAt + patience.silence,
          checkedAt + patience.checkIn,
          (behindSince ?? Infinity) + patience.late,
        );
        await reader.changed(Math.max(1, until - now));
      }
      return place;
    } finally {
      ending.abort();
    }
  };

  /** Shows the place to the feed, which refuses one that its log does not have. */
  const checkIn = async (place: Position, end: AbortSignal): Promise<void> => {
    const pages = feed.follow({ ...follow, after: place, types: [NO_TYPE], signal: end });
    const iterator = pages[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
  };

  const close = (): void => reader.close();
  signal.addEventListener('abort', close);
  try {
    let place: FollowOptions['after'] = follow.after;
    while (!signal.aborted) {
      const confirmed: Position | undefined = yield* readFeed(place);
      if (confirmed === undefined) {
        return;
      }
      place = yield* readBroker(confirmed);
    }
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** Takes messages that follow on one another and on the place. */
function takePage(reader: StreamReader, place: Position, isFiltered: boolean): EventPage | undefined {
  const { messages } = reader;
  let position = place;
  let count = 0;
  while (count < messages.length && count < PAGE_EVENTS) {
    const message = messages[count] as (typeof messages)[number];
    if (!isSamePosition(message.after, position)) {
      break;
    }
    position = message.position;
    count += 1;
  }
  if (count === 0) {
    return undefined;
  }
  const events = messages.splice(0, count).map(({ envelope }) => envelope);
  return {
    after: place,
    position,
    events: isFiltered ? events.filter((envelope) => envelope !== undefined) : events,
  };
}
