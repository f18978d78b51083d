import type { ReplicaClient } from '@supergraph/platform/events';
import { profileCreated } from '../events/tells.js';
import type { Store } from '../store/index.js';
import { erasePerson } from './erase-person.js';

/** Few enough to keep a transaction short. */
const USERS_AT_ONCE = 500;

/**
 * Makes profiles agree with the users that auth has now: who has no profile gets one, who was erased loses it. For
 * when events were lost, after a database was restored; doing it again changes nothing.
 *
 * @param users auth's users
 */
export async function agreeWithUsers(
  store: Store,
  users: Pick<ReplicaClient, 'readRange'>,
): Promise<{ readonly created: number; readonly erased: number }> {
  const done = { created: 0, erased: 0 };
  let after: string | null = null;
  for (;;) {
    const page = await users.readRange(['status'], { after, until: null, limit: USERS_AT_ONCE });
    const isErased = new Map(page.rows.map(([userId, status]) => [userId, status === 'ERASED']));
    const userIds = [...isErased.keys()];
    const found = await store.profiles.findByUsers(userIds);
    const buried = await store.people.findErased(userIds);
    const missing = userIds.filter((userId) => isErased.get(userId) === false && !found.has(userId));
    done.created += await createProfiles(store, missing);
    for (const userId of userIds.filter((id) => isErased.get(id) === true)) {
      if (found.has(userId) || !buried.has(userId)) {
        // The erasure that it was a part of ended, or asks again; nothing is left to tell it.
        await store.inTransaction((parts) => erasePerson(parts, { userId, erasureId: null }));
        done.erased += 1;
      }
    }
    const last = page.rows.at(-1);
    if (page.isLast || last === undefined) {
      return done;
    }
    after = last[0];
  }
}

/** Gives how many were made; who is being erased meanwhile gets none. */
async function createProfiles(store: Store, userIds: ReadonlyArray<string>): Promise<number> {
  return store.inTransaction(async ({ people, profiles, tell }) => {
    // In one order, or two that repair at the same moment could wait for each other.
    for (const userId of [...userIds].sort()) {
      await people.lock(userId);
    }
    const added = await profiles.addMany(userIds);
    await tell(...added.map((profile) => profileCreated(profile, { actor: null })));
    return added.length;
  });
}
