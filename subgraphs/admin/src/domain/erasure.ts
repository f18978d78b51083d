import { requireScope } from '@supergraph/platform/identity';
import { v7 as uuidv7 } from 'uuid';
import { erasureCompleted, erasureRefused, erasureRequested } from '../events/tells.js';
import type { ErasedStore } from '../store/erasure-steps.js';
import type { ErasureRecord } from '../store/erasures.js';
import type { TransactionParts } from '../store/index.js';
import type { DomainContext } from './context.js';
import { certify } from './erasure-certificate.js';
import { forgetPerson } from './forget-person.js';
import { tellAndRecord } from './tell-and-record.js';

/** auth decides and closes the account; then these two do their part, and this service comes last. */
const FIRST = 'auth';
const FOLLOWERS: ReadonlyArray<string> = ['profile', 'payments'];
const LAST = 'admin';
/** The services that have a part in an erasure, in the order in which they begin. */
export const ERASURE_SERVICES: ReadonlyArray<string> = [FIRST, ...FOLLOWERS, LAST];

/** When a step of an erasure counts as overdue. */
export interface StepTime {
  readonly stepMilliseconds: number;
}

/** What {@link requestErasure} gives. */
export interface ErasureRequested {
  readonly erasure: ErasureRecord;
  /** False when the person has one already, which is the one given. */
  readonly isNew: boolean;
}

/**
 * Opens the erasure of a person in all services. There is one a person: asking again gives the same.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function requestErasure(
  { viewer, client, store, stepMilliseconds }: DomainContext,
  userId: string,
): Promise<ErasureRequested> {
  const { userId: requestedBy } = requireScope(viewer, 'admin');
  for (;;) {
    const opened = await store.inTransaction(async (parts) => {
      const requestedAt = new Date();
      const erasure = await parts.erasures.open({ id: uuidv7(), userId, requestedBy, requestedAt });
      if (erasure !== null) {
        await parts.erasureSteps.add(erasure.id, ERASURE_SERVICES);
        await parts.erasureSteps.start(erasure.id, [FIRST], timeOf(requestedAt, stepMilliseconds));
        const event = erasureRequested({ erasureId: erasure.id, userId }, { actor: requestedBy, client });
        await tellAndRecord(parts, event, { action: 'erasure.requested', details: { userId } });
      }
      return erasure;
    });
    if (opened !== null) {
      return { erasure: opened, isNew: true };
    }
    const erasure = await store.erasures.findOfPerson(userId);
    // None: it was refused after it had stood in the way, so there is room for a new one.
    if (erasure !== null) {
      return { erasure, isNew: false };
    }
  }
}

/**
 * Notes that a service has done its part, starts those that wait for it, and ends the erasure when it was the last.
 * What is told again changes nothing.
 *
 * @param parts of a transaction
 * @returns false when there is no such erasure under way
 */
export async function recordStep(
  parts: TransactionParts,
  done: {
    readonly erasureId: string;
    readonly userId: string;
    readonly service: string;
    readonly stores: ReadonlyArray<ErasedStore>;
  },
  { stepMilliseconds }: StepTime,
): Promise<boolean> {
  // Before the erasure's row: a page of events may end one erasure and move another on, two pages at a time.
  await parts.auditChain.lockHead();
  const erasure = await parts.erasures.lockRunning({ id: done.erasureId, userId: done.userId });
  if (erasure === null) {
    return false;
  }
  const completedAt = new Date();
  await parts.erasureSteps.finish(erasure.id, done.service, { completedAt, stores: done.stores });
  if (done.service === FIRST) {
    await parts.erasureSteps.start(erasure.id, FOLLOWERS, timeOf(completedAt, stepMilliseconds));
  }
  const steps = (await parts.erasureSteps.findMany([erasure.id])).get(erasure.id) ?? [];
  if (steps.every(({ service, state }) => state === 'DONE' || service === LAST)) {
    await complete(parts, erasure);
  }
  return true;
}

/**
 * Ends an erasure that auth refused.
 *
 * @param parts of a transaction
 */
export async function refuseErasure(
  parts: TransactionParts,
  refused: { readonly erasureId: string; readonly userId: string; readonly reason: Refusal },
): Promise<void> {
  const { erasureId, userId, reason } = refused;
  await parts.auditChain.lockHead();
  const erasure = await parts.erasures.lockRunning({ id: erasureId, userId });
  if (erasure === null) {
    return;
  }
  await parts.erasureSteps.refuse(erasureId);
  await parts.erasures.refuse(erasureId, { endedAt: new Date(), refusal: reason });
  const details = { userId, reason };
  await tellAndRecord(parts, erasureRefused({ erasureId, ...details }), {
    action: 'erasure.refused',
    details,
  });
}

/** Why auth refuses. */
export type Refusal = 'LAST_ADMIN' | 'UNKNOWN_USER';

async function complete(parts: TransactionParts, erasure: ErasureRecord): Promise<void> {
  const { id: erasureId, userId } = erasure;
  const { stores, audit } = await forgetPerson(parts, userId);
  const completedAt = new Date();
  await parts.erasureSteps.finish(erasureId, LAST, { completedAt, stores });
  const steps = (await parts.erasureSteps.findMany([erasureId])).get(erasureId) ?? [];
  const certified = certify(erasure, steps, { audit, completedAt });
  await parts.erasures.complete(erasureId, { endedAt: completedAt, ...certified });
  const { certificateHash } = certified;
  await tellAndRecord(parts, erasureCompleted({ erasureId, userId, certificateHash }), {
    action: 'erasure.completed',
    details: { userId, certificateHash },
  });
}

function timeOf(startedAt: Date, stepMilliseconds: number) {
  return { startedAt, deadline: new Date(startedAt.getTime() + stepMilliseconds) };
}
