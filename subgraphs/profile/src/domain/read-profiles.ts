import type { Viewer } from '@supergraph/platform/identity';
import type { ProfileRecord, ProfileStore } from '../store/profiles.js';

/**
 * Reads the profiles of many users in one statement. The viewer's own is made when there is none yet; nobody
 * else's is, since reading about others must not write.
 *
 * @returns what there is, by the user's id
 */
export async function readProfiles(
  profiles: ProfileStore,
  viewer: Viewer,
  userIds: ReadonlyArray<string>,
): Promise<ReadonlyMap<string, ProfileRecord>> {
  const found = await profiles.findByUsers(userIds);
  if (viewer.kind !== 'user' || found.has(viewer.userId) || !userIds.includes(viewer.userId)) {
    return found;
  }
  const own = await profiles.add(viewer.userId);
  return new Map([...found, [own.userId, own]]);
}
