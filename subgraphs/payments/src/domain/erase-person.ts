import { payerErased, type ErasedStore } from '../events/tells.js';
import type { PersonErasure } from '../store/person-erasure.js';

const KEPT_BECAUSE =
  'Accounting law asks that payments can be followed: amounts, times, the provider’s references and bare ids stay.';

/**
 * The part of payments in the erasure of a person: what is open is called off, their words and names are taken out of
 * everything, and what the law asks for is kept under the bare id. Doing it again tells it again, for the erasure that
 * asks, and changes nothing.
 *
 * @param erasure works in one transaction
 * @param person.erasureId null when nobody asks any more: then nothing is told
 */
export async function erasePerson(
  erasure: PersonErasure,
  { userId, erasureId }: { readonly userId: string; readonly erasureId: string | null },
): Promise<void> {
  await erasure.bury(userId);
  await erasure.cancelOpenPayments(userId);
  await erasure.endRecurringPayments(userId);
  const history = await erasure.eraseFromHistory(userId);
  const events = await erasure.eraseFromEvents(userId);
  if (erasureId !== null) {
    const stores = [...history, ...events].map((entry): ErasedStore => ({
      ...entry,
      reason: entry.action === 'KEPT' ? KEPT_BECAUSE : null,
    }));
    await erasure.tell(payerErased({ userId, erasureId, stores }));
  }
}
