import { crashPoint } from '@supergraph/platform/events';
import type { ErasureStore, Transaction } from '../store/erasures.js';
import { MAIL_PURPOSES } from './account-mails.js';
import type { Lockout } from './lockout.js';
import type { RateLimits } from './rate-limits.js';

/** Somebody is to be forgotten. */
export interface ErasureRequest {
  readonly erasureId: string;
  readonly userId: string;
  /** The ADMIN who asked for it, as a bare id. */
  readonly actor: string | null;
}

/**
 * Forgets a person in auth, and tells that it did, or that it does not: nobody is erased who is unknown or the last
 * active ADMIN. Whoever was forgotten before is told to be so again, since the one who asks may not have heard it.
 *
 * @param transaction of the event that asks for it: what is done and what is told commit with it
 */
export async function eraseUser(
  parts: {
    readonly erasures: ErasureStore;
    readonly lockout: Pick<Lockout, 'keyOf'>;
    readonly rateLimits: Pick<RateLimits, 'keyOf'>;
  },
  transaction: Transaction,
  { erasureId, userId, actor }: ErasureRequest,
): Promise<void> {
  const { erasures, lockout, rateLimits } = parts;
  const refuse = (reason: 'UNKNOWN_USER' | 'LAST_ADMIN'): Promise<void> =>
    erasures.tellRefused(transaction, { erasureId, userId, reason }, actor);

  const person = await erasures.lock(transaction, userId);
  if (person === null) {
    return refuse('UNKNOWN_USER');
  }
  if (await erasures.isLastAdmin(transaction, userId)) {
    return refuse('LAST_ADMIN');
  }
  const done = await erasures.wipe(transaction, person, {
    loginFailures: lockout.keyOf(person.email),
    attemptCounters: MAIL_PURPOSES.map((purpose) => rateLimits.keyOf(purpose, person.email)),
  });
  crashPoint('auth.personErased');
  await erasures.tellErased(transaction, { erasureId, userId, ...done }, actor);
}
