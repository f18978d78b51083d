import { describeCause } from '../errors/index.js';
import { aggregateKey, type EventToPark } from './consumer-store.js';
import type { ReceivedEvent } from './envelope.js';
import type { EventIdentity, IncomingEvent } from './incoming-event.js';
import { pauseAfter, type RetryPolicy } from './retry-policy.js';

/** What became of an event that was tried. */
export type FailedAttempt = Pick<
  EventToPark,
  'state' | 'reason' | 'detail' | 'attempts' | 'pauseMilliseconds'
>;

/**
 * Tells what to apply from what to park: the broken, and what comes behind one that is parked.
 *
 * @param blocked the aggregates that have an event parked, as keys
 */
export function sortOut(
  incoming: ReadonlyArray<IncomingEvent>,
  blocked: ReadonlySet<string>,
): { readonly toHandle: ReadonlyArray<ReceivedEvent>; readonly toPark: ReadonlyArray<EventToPark> } {
  const held = new Set(blocked);
  const toHandle: ReceivedEvent[] = [];
  const toPark: EventToPark[] = [];
  for (const one of incoming) {
    if (one.kind === 'broken') {
      held.add(aggregateKey(one.event.aggregate));
      toPark.push(
        toParked(one.event, one.envelope, { ...one, state: 'PARKED', attempts: 0, pauseMilliseconds: null }),
      );
    } else if (one.kind === 'handle' && held.has(aggregateKey(one.event.aggregate))) {
      toPark.push(
        toParked(one.event, one.envelope, {
          state: 'WAITING',
          reason: 'BEHIND_PARKED',
          detail: 'an earlier event of the same aggregate is parked',
          attempts: 0,
          pauseMilliseconds: null,
        }),
      );
    } else if (one.kind === 'handle') {
      toHandle.push(one.event);
    }
  }
  return { toHandle, toPark };
}

/** Says what becomes of an event whose handler threw for the `attempts`th time. */
export function afterFailure(policy: RetryPolicy, attempts: number, error: unknown): FailedAttempt {
  const pauseMilliseconds = pauseAfter(policy, attempts);
  return {
    state: pauseMilliseconds === null ? 'PARKED' : 'RETRYING',
    reason: 'HANDLER_FAILED',
    detail: describeCause(error).slice(0, 500),
    attempts,
    pauseMilliseconds,
  };
}

/** Puts an event and what became of it together. */
export function toParked(
  { id, sequence, type, aggregate }: EventIdentity,
  envelope: unknown,
  { state, reason, detail, attempts, pauseMilliseconds }: FailedAttempt,
): EventToPark {
  return {
    eventId: id,
    sequence,
    type,
    aggregate,
    envelope,
    state,
    reason,
    detail,
    attempts,
    pauseMilliseconds,
  };
}
