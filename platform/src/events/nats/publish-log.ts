import { jetstream, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type pg from 'pg';
import { crashPoint } from '../crash-points.js';
import { positionOf, type ReceivedEvent } from '../envelope.js';
import { formatPosition, type Position } from '../position.js';
import { readLogPage, verifyPosition } from '../read-log.js';
import type { SettledLog } from '../settled-log.js';
import { BROKER_MILLISECONDS, withDeadline } from './deadline.js';
import { erasePublished } from './erase-published.js';
import { formatMessage } from './message.js';
import type { BrokerNames } from './names.js';
import { findResumePosition } from './resume-position.js';

/** What a relay publishes with, while it has the right to. */
export interface Publishing {
  readonly source: string;
  readonly pool: pg.Pool;
  readonly log: SettledLog;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly names: BrokerNames;
  readonly heartbeatMilliseconds: number;
  /** Whom an event says to be erased from what was published before it. */
  readonly erasedPersonOf: (event: ReceivedEvent) => string | undefined;
  /** Told of the last event that the broker has acknowledged. */
  readonly onAcknowledged: (place: Position) => void;
  readonly end: AbortSignal;
}

/** While a page waits for its acknowledgements the next is read; so twice as many are in hand. */
const PAGE_EVENTS = 256;

/**
 * Publishes a log behind what its stream has, until the signal says otherwise.
 *
 * @throws when the broker does not acknowledge, or the log is not the one any more that it was
 */
export async function publishLog(publishing: Publishing): Promise<void> {
  const { source, pool, log, connection, manager, names, heartbeatMilliseconds, onAcknowledged, end } =
    publishing;
  const client = jetstream(connection, { timeout: BROKER_MILLISECONDS });
  let settled = await log.look();
  let place = await findResumePosition({ manager, pool, source, names, settled });
  let published: Promise<void> = Promise.resolve();
  let beatAt = 0;
  while (!end.aborted) {
    const page = await readLogPage(pool, {
      source,
      after: place.sequence,
      through: settled,
      limit: PAGE_EVENTS,
    });
    if (page.epoch !== place.epoch) {
      throw new Error(`The log of ${source} began anew.`);
    }
    crashPoint('relay.afterRead');
    await published;
    published = publishPage(publishing, client, page.events, place);
    // Awaited below; until then it may fail unseen.
    published.catch(() => undefined);
    place = page.last ?? place;
    const isBeatDue = Date.now() - beatAt >= heartbeatMilliseconds;
    if (!page.isFull || isBeatDue) {
      // A heartbeat promises that nothing is in hand.
      await published;
    }
    if (isBeatDue) {
      beatAt = Date.now();
      await beat(publishing, place);
      onAcknowledged(place);
    }
    if (!page.isFull) {
      await waitBeyond(log, settled, Math.max(1, beatAt + heartbeatMilliseconds - Date.now()), end);
      settled = log.settled;
    }
  }
  await published;
}

/** Publishes a page, and takes from the stream what was published of those who are erased in it. */
async function publishPage(
  publishing: Publishing,
  client: JetStreamClient,
  events: ReadonlyArray<ReceivedEvent>,
  from: Position,
): Promise<void> {
  const { pool, manager, names, erasedPersonOf } = publishing;
  let rest = events;
  let after = from;
  for (let index = 0; index < rest.length; index += 1) {
    const event = rest[index] as ReceivedEvent;
    const person = erasedPersonOf(event);
    if (person !== undefined) {
      const before = rest.slice(0, index);
      await publishAll(publishing, client, before, after);
      await erasePublished({ pool, manager, names, person, before: event });
      after = before.length === 0 ? after : positionOf(before.at(-1) as ReceivedEvent);
      rest = rest.slice(index);
      index = 0;
    }
  }
  await publishAll(publishing, client, rest, after);
}

/** Sends all, then waits for their acknowledgements in order. */
async function publishAll(
  { names, onAcknowledged }: Publishing,
  client: JetStreamClient,
  events: ReadonlyArray<ReceivedEvent>,
  from: Position,
): Promise<void> {
  let after = from;
  const acknowledgements = events.map((event) => {
    const { subject, body, options } = formatMessage(event, after, names);
    after = positionOf(event);
    crashPoint('relay.beforePublish');
    return client.publish(subject, body, { ...options, timeout: BROKER_MILLISECONDS });
  });
  // Should one fail while an earlier one is awaited, it is the whole that fails.
  const all = Promise.all(acknowledgements);
  all.catch(() => undefined);
  for (const acknowledgement of acknowledgements) {
    await acknowledgement;
    crashPoint('relay.afterAcknowledgement');
  }
  if (events.length > 0) {
    onAcknowledged(after);
  }
}

/** Says that the source is alive and that everything up to the place has been published. */
async function beat({ source, pool, log, connection, names }: Publishing, place: Position): Promise<void> {
  // A log that went back under an epoch that nobody renewed shows here.
  await verifyPosition(pool, { source, position: place, through: log.settled });
  connection.publish(names.heartbeats, formatPosition(place));
  await withDeadline(connection.flush());
  crashPoint('relay.afterHeartbeat');
}

/** Waits until the log is settled beyond a number, for a time at most. */
async function waitBeyond(
  log: SettledLog,
  sequence: bigint,
  milliseconds: number,
  end: AbortSignal,
): Promise<void> {
  const wait = new AbortController();
  const stop = (): void => wait.abort();
  const timer = setTimeout(stop, milliseconds);
  end.addEventListener('abort', stop);
  try {
    if (!end.aborted) {
      await log.waitBeyond(sequence, wait.signal);
    }
  } finally {
    clearTimeout(timer);
    end.removeEventListener('abort', stop);
  }
}
