import type { JetStreamPublishOptions } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { formatEnvelope, positionOf, type ReceivedEvent } from '../envelope.js';
import { formatPosition, parsePosition, type Position } from '../position.js';
import type { BrokerNames } from './names.js';

/** An event as the broker carries it: a page of one. */
export interface BrokerMessage {
  /** The place of the event before it in the log of its source. */
  readonly after: Position;
  readonly position: Position;
  /** As it came; undefined when the reader does not want its type. */
  readonly envelope: unknown;
}

/** What {@link formatMessage} gives to be published. */
export interface MessageToPublish {
  readonly subject: string;
  readonly body: string;
  readonly options: Partial<JetStreamPublishOptions>;
}

const POSITION = 'Event-Position';
const PREDECESSOR = 'Event-After';
const TYPE = 'Event-Type';

/**
 * Writes an event as a message: the envelope in the structured mode of CloudEvents, its own place and its predecessor's
 * in headers, so that a reader notices what is missing between two messages.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/nats-protocol-binding.md
 */
export function formatMessage(event: ReceivedEvent, after: Position, names: BrokerNames): MessageToPublish {
  const heads = headers();
  heads.set('content-type', 'application/cloudevents+json');
  heads.set(POSITION, formatPosition(positionOf(event)));
  heads.set(PREDECESSOR, formatPosition(after));
  heads.set(TYPE, event.type);
  return {
    subject: names.subjectOf(event.aggregate),
    body: JSON.stringify(formatEnvelope(event)),
    options: {
      // The epoch too: a restored database tells events of its own under ids that were never seen.
      msgID: `${event.epoch}/${event.id}`,
      headers: heads,
      expect: { streamName: names.stream },
    },
  };
}

/** Reads the place of a message's event; undefined when it has none. */
export function readPosition(heads: MsgHdrs | undefined): Position | undefined {
  return parsePosition(heads?.get(POSITION) ?? '');
}

/**
 * Reads a message.
 *
 * @param isWanted which types are read; of others only the place is
 * @returns undefined for what no relay of the source wrote: it counts as lost, and the feed has the event
 */
export function parseMessage(
  message: { readonly headers?: MsgHdrs | undefined; readonly data: Uint8Array },
  source: string,
  isWanted: (type: string) => boolean,
): BrokerMessage | undefined {
  const position = readPosition(message.headers);
  const after = parsePosition(message.headers?.get(PREDECESSOR) ?? '');
  const type = message.headers?.get(TYPE) ?? '';
  if (position === undefined || after === undefined || type === '' || position.sequence <= after.sequence) {
    return undefined;
  }
  if (!isWanted(type)) {
    return { after, position, envelope: undefined };
  }
  const envelope = parseJson(message.data);
  return isEventAt(envelope, { source, type, position }) ? { after, position, envelope } : undefined;
}

function isEventAt(
  envelope: unknown,
  { source, type, position }: { readonly source: string; readonly type: string; readonly position: Position },
): boolean {
  if (typeof envelope !== 'object' || envelope === null) {
    return false;
  }
  const said = envelope as Readonly<Record<string, unknown>>;
  return (
    said['id'] === position.eventId &&
    said['sequence'] === position.sequence.toString() &&
    said['epoch'] === position.epoch &&
    said['source'] === source &&
    said['type'] === type
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
