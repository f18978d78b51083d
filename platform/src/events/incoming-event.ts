import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ParkReason } from './consumer-store.js';
import type { EventContracts } from './contracts.js';
import { parseEnvelope, positionOf, type ReceivedEvent } from './envelope.js';
import type { Position } from './position.js';
import type { EventPage } from './transport.js';

/** What names an event, also one whose envelope is broken. */
export type EventIdentity = Pick<ReceivedEvent, 'id' | 'sequence' | 'type' | 'aggregate'>;

/** What a consumer makes of something that a transport gave it. */
export type IncomingEvent = {
  /** The place behind it in the log; undefined when a broken one does not say, so that it is looked at every time. */
  readonly place: Position | undefined;
} & (
  | { readonly kind: 'handle'; readonly event: ReceivedEvent; readonly envelope: unknown }
  /** Nobody here listens to it, or knows its type. */
  | { readonly kind: 'ignore' }
  | {
      readonly kind: 'broken';
      readonly event: EventIdentity;
      readonly envelope: unknown;
      readonly reason: ParkReason;
      readonly detail: string;
    }
);

/** Who reads: decides what is handled and what is ignored. */
export interface EventReading {
  readonly source: string;
  readonly contracts: EventContracts;
  readonly isHandled: (type: string) => boolean;
}

/** Reads and checks the events of a page. One that is not of this log, or not in its order, counts as broken. */
export function readIncomingEvents(page: EventPage, reading: EventReading): ReadonlyArray<IncomingEvent> {
  let before = page.after;
  return page.events.map((envelope) => {
    const incoming = readIncomingEvent(envelope, reading, before, page.position);
    before = incoming.place ?? before;
    return incoming;
  });
}

/** Reads and checks one event that must lie behind `before` and not behind `end`. */
export function readIncomingEvent(
  envelope: unknown,
  { source, contracts, isHandled }: EventReading,
  before: Position,
  end: Position,
): IncomingEvent {
  const fits = (sequence: bigint): boolean => sequence > before.sequence && sequence <= end.sequence;
  const parsed = parseEnvelope(envelope);
  if (parsed.type === 'broken') {
    const identity = guessIdentity(envelope, before);
    const isPlaced = identity.isComplete && fits(identity.event.sequence);
    return {
      kind: 'broken',
      place: isPlaced ? { ...end, sequence: identity.event.sequence, eventId: identity.event.id } : undefined,
      event: identity.event,
      envelope,
      reason: 'BROKEN_ENVELOPE',
      detail: parsed.detail,
    };
  }
  const { event } = parsed;
  if (event.source !== source || event.epoch !== end.epoch || !fits(event.sequence)) {
    const detail = 'the event is of another log than it came with, or out of order in it';
    return { kind: 'broken', place: undefined, event, envelope, reason: 'BROKEN_ENVELOPE', detail };
  }
  const place = positionOf(event);
  if (!isHandled(event.type)) {
    return { kind: 'ignore', place };
  }
  const check = contracts.check(event.type, event.version, event.data);
  switch (check.type) {
    case 'valid':
      return { kind: 'handle', place, event, envelope };
    case 'unknownType':
      return { kind: 'ignore', place };
    case 'broken':
      return { kind: 'broken', place, event, envelope, reason: check.reason, detail: check.detail };
  }
}

const identityType = z.object({
  id: z.guid().nullable().catch(null),
  sequence: z
    .string()
    .regex(/^[1-9]\d{0,17}$/)
    .nullable()
    .catch(null),
  type: z.string().catch(''),
  subject: z.string().catch(''),
  aggregatetype: z.string().catch(''),
});

/** Takes of a broken envelope what it does say. Without an aggregate it holds up nothing. */
function guessIdentity(
  envelope: unknown,
  before: Position,
): { readonly event: EventIdentity; readonly isComplete: boolean } {
  const said = identityType.safeParse(envelope).data;
  const id = said?.id ?? null;
  const sequence = said?.sequence ?? null;
  return {
    event: {
      id: id?.toLowerCase() ?? idOf(envelope),
      sequence: sequence === null ? before.sequence : BigInt(sequence),
      type: said?.type ?? '',
      aggregate: { type: said?.aggregatetype ?? '', id: said?.subject ?? '' },
    },
    isComplete: id !== null && sequence !== null,
  };
}

/** An event that does not say its id gets one of its content, so that it is parked once however often it comes. */
function idOf(envelope: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(envelope)).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
