import { currentRequest, type RequestScope } from '../telemetry/index.js';
import type { EntityReference } from './envelope.js';
import type { AppendedEvent, NewEvent } from './outbox.js';

/** What a request appended to its service's outbox. */
export interface RequestChanges {
  readonly epoch: string;
  /** The highest number that it drew. */
  readonly sequence: bigint;
  /** What its events say was changed; undefined when that is too much to tell. */
  readonly entities: ReadonlyArray<EntityReference> | undefined;
}

/** More are not listed one by one. */
const MAXIMUM_ENTITIES = 500;

const changes = new WeakMap<RequestScope, RequestChanges>();

/**
 * Notes what was appended for the request that runs here. A transaction that is rolled back afterwards stays noted:
 * whoever goes by it then forgets what was good, and never keeps what is not.
 */
export function noteAppended(events: ReadonlyArray<NewEvent>, appended: ReadonlyArray<AppendedEvent>): void {
  const request = currentRequest();
  const last = appended.at(-1);
  if (request === undefined || last === undefined) {
    return;
  }
  const before = changes.get(request);
  const entities = [...(before?.entities ?? []), ...events.flatMap((event) => event.entities ?? [])];
  const isTooMuch =
    (before !== undefined && before.entities === undefined) || entities.length > MAXIMUM_ENTITIES;
  const isLater = before?.epoch !== last.epoch || before.sequence < last.sequence;
  changes.set(request, {
    epoch: last.epoch,
    sequence: isLater ? last.sequence : before.sequence,
    entities: isTooMuch ? undefined : entities,
  });
}

/** What the request that runs here has appended so far; undefined when nothing. */
export function changesOfRequest(): RequestChanges | undefined {
  const request = currentRequest();
  return request && changes.get(request);
}
