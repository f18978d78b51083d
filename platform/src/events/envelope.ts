import { z } from 'zod';
import { isUuid } from '../validation/index.js';
import type { Position } from './position.js';

/** An entity of the graph that an event changed. */
export interface EntityReference {
  /** Its type in the graph, such as `User`. */
  readonly typename: string;
  readonly id: string;
}

/** What an event is about; events of one aggregate are told and heard in order. */
export interface Aggregate {
  readonly type: string;
  readonly id: string;
}

/** An event as a consumer gets it. */
export interface ReceivedEvent<Data = unknown> {
  readonly id: string;
  /** The service that tells it. */
  readonly source: string;
  /** `service.aggregate.happened`, in the past tense. */
  readonly type: string;
  /** The major version of its contract. */
  readonly version: number;
  readonly occurredAt: Date;
  readonly epoch: string;
  readonly sequence: bigint;
  readonly aggregate: Aggregate;
  readonly entities: ReadonlyArray<EntityReference>;
  /** Who did it, as a bare id; null for the system itself. */
  readonly actor: string | null;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
  readonly traceparent: string | null;
  readonly data: Data;
}

/** An event on the wire: CloudEvents 1.0 in its JSON format. */
export type CloudEvent = Readonly<Record<string, unknown>>;

/** `service.aggregate.happened`. */
export const EVENT_TYPE = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9_]*){2,}$/;

const uuid = z.string().refine(isUuid, 'must be a UUID');
const MAXIMUM_SEQUENCE = 0x7fffffffffffffffn;

/** What is not listed is ignored, so that a source may add attributes. */
const envelopeType = z.object({
  specversion: z.literal('1.0'),
  id: uuid,
  source: z.string().min(1),
  type: z.string().regex(EVENT_TYPE, 'must be `service.aggregate.happened`'),
  subject: z.string().min(1),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json').optional(),
  dataversion: z.number().int().min(1),
  sequence: z
    .string()
    .regex(/^[1-9]\d{0,18}$/, 'must be a positive number')
    .refine((text) => BigInt(text) <= MAXIMUM_SEQUENCE, 'must fit 64 bits'),
  epoch: uuid,
  aggregatetype: z.string().min(1),
  entities: z.string().optional(),
  actor: z.string().min(1).optional(),
  clientip: z.string().optional(),
  clientuseragent: z.string().optional(),
  traceparent: z.string().optional(),
  data: z.unknown(),
});

/**
 * Writes an event as CloudEvents 1.0 JSON. `sequence` is the extension of that name; `epoch`, `aggregatetype`,
 * `dataversion`, `entities`, `actor`, `clientip` and `clientuseragent` are our own; the aggregate's id is the
 * `subject`. Extensions are scalars by the specification, so the entities are one text.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/distributed-tracing.md
 */
export function formatEnvelope(event: ReceivedEvent): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.aggregate.id,
    time: event.occurredAt.toISOString(),
    datacontenttype: 'application/json',
    dataversion: event.version,
    sequence: event.sequence.toString(),
    epoch: event.epoch,
    aggregatetype: event.aggregate.type,
    ...(event.entities.length === 0 ? {} : { entities: formatEntities(event.entities) }),
    ...(event.actor === null ? {} : { actor: event.actor }),
    ...(event.client.ip === null ? {} : { clientip: event.client.ip }),
    ...(event.client.userAgent === null ? {} : { clientuseragent: event.client.userAgent }),
    ...(event.traceparent === null ? {} : { traceparent: event.traceparent }),
    data: event.data,
  };
}

/** What {@link parseEnvelope} gives. */
export type ParsedEnvelope =
  | { readonly type: 'event'; readonly event: ReceivedEvent }
  | { readonly type: 'broken'; readonly detail: string };

/** Reads an event from the wire. The detail of a broken one names places and rules, never values. */
export function parseEnvelope(envelope: unknown): ParsedEnvelope {
  const parsed = envelopeType.safeParse(envelope);
  if (!parsed.success) {
    return { type: 'broken', detail: describeIssues(parsed.error) };
  }
  const fields = parsed.data;
  const entities = parseEntities(fields.entities ?? '');
  if (entities === undefined) {
    return { type: 'broken', detail: 'entities: must be a list of `Typename/id`' };
  }
  return {
    type: 'event',
    event: {
      id: fields.id.toLowerCase(),
      source: fields.source,
      type: fields.type,
      version: fields.dataversion,
      occurredAt: new Date(fields.time),
      epoch: fields.epoch.toLowerCase(),
      sequence: BigInt(fields.sequence),
      aggregate: { type: fields.aggregatetype, id: fields.subject },
      entities,
      actor: fields.actor ?? null,
      client: { ip: fields.clientip ?? null, userAgent: fields.clientuseragent ?? null },
      traceparent: fields.traceparent ?? null,
      data: fields.data,
    },
  };
}

/** The place in the log just after an event. */
export function positionOf(event: ReceivedEvent): Position {
  return { epoch: event.epoch, sequence: event.sequence, eventId: event.id };
}

/** Puts what zod found into one line, without the values, which may be somebody's personal data. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.map(String).join('.') || 'the event'}: ${issue.message}`)
    .join('; ');
}

function formatEntities(entities: ReadonlyArray<EntityReference>): string {
  return entities.map(({ typename, id }) => `${typename}/${encodeURIComponent(id)}`).join(' ');
}

function parseEntities(text: string): ReadonlyArray<EntityReference> | undefined {
  const entities: EntityReference[] = [];
  for (const part of text.split(' ').filter((piece) => piece !== '')) {
    const match = /^([A-Za-z_]\w*)\/(.+)$/.exec(part);
    if (match?.[1] === undefined || match[2] === undefined) {
      return undefined;
    }
    try {
      entities.push({ typename: match[1], id: decodeURIComponent(match[2]) });
    } catch {
      // A broken percent sign: the sender does not write so.
      return undefined;
    }
  }
  return entities;
}
