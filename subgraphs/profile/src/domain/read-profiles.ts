import type { ProfileRecord } from '../store/profiles.js';
import type { DomainContext } from './context.js';
import { createProfile } from './create-profile.js';

/**
 * Reads the profiles of many users in one statement. The viewer's own is made when there is none yet: who has just
 * registered may be here before the event that says so. Nobody else's is, since reading about others must not write.
 *
 * @returns what there is, by the user's id
 */
export async function readProfiles(
  { viewer, client, store }: DomainContext,
  userIds: ReadonlyArray<string>,
): Promise<ReadonlyMap<string, ProfileRecord>> {
  const found = await store.profiles.findByUsers(userIds);
  if (viewer.kind !== 'user' || found.has(viewer.userId) || !userIds.includes(viewer.userId)) {
    return found;
  }
  const { userId } = viewer;
  const own = await store.inTransaction((parts) => createProfile(parts, userId, { actor: userId, client }));
  return own === null ? found : new Map([...found, [userId, own]]);
}
