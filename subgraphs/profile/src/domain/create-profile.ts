import { profileCreated, type Doer } from '../events/tells.js';
import type { StoreParts } from '../store/index.js';
import type { ProfileRecord } from '../store/profiles.js';

/**
 * Makes an empty profile unless the user has one, and tells that it was made. A handle and everything else is for
 * the person to say: what auth knows of them is not public.
 *
 * @param parts of a transaction
 * @returns the profile that there is then; null when the person was erased
 */
export async function createProfile(
  { people, profiles, tell }: StoreParts,
  userId: string,
  doer: Doer,
): Promise<ProfileRecord | null> {
  await people.lock(userId);
  const [added] = await profiles.addMany([userId]);
  if (added === undefined) {
    // Somebody was quicker: of a request and the event that need the profile first, one makes it. Or nobody may.
    return (await profiles.findByUsers([userId])).get(userId) ?? null;
  }
  await tell(profileCreated(added, doer));
  return added;
}
