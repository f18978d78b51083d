import { erasePersonFromEvents } from '@supergraph/platform/events';
import { contracts } from '../events/contracts.js';
import { profileErased } from '../events/tells.js';
import type { StoreParts } from '../store/index.js';

/**
 * Deletes all that this service has of a person, and tells what it was. A tombstone of the bare id stays. Doing it
 * again deletes nothing and tells so.
 *
 * @param parts of a transaction
 * @param person.erasureId the erasure that this is a step of; null when there is nobody to tell
 */
export async function erasePerson(
  { people, profiles, preferences, tell, sql }: StoreParts,
  { userId, erasureId }: { readonly userId: string; readonly erasureId: string | null },
): Promise<void> {
  // From here to the end of the transaction nobody makes a profile of this person.
  await people.lock(userId);
  await people.bury(userId);
  const preferencesRows = await preferences.remove(userId);
  const profile = await profiles.remove(userId);
  // After the rows: who was changing them has ended by now, and what it told is seen.
  const events = await erasePersonFromEvents(sql, contracts, { typename: 'User', id: userId });
  if (erasureId === null) {
    return;
  }
  const deleted = [
    { store: 'profiles', rows: profile === null ? 0 : 1 },
    { store: 'preferences', rows: preferencesRows },
  ].map((store) => ({ ...store, action: 'DELETED' as const, reason: null }));
  const blanked = events.map((store) => ({ ...store, action: 'PSEUDONYMISED' as const, reason: null }));
  await tell(profileErased({ userId, erasureId, stores: [...deleted, ...blanked] }, profile));
}
