import { requireUser } from '@supergraph/platform/identity';
import type { ProfileRecord } from '../store/profiles.js';
import { isEmptyChange } from './changes.js';
import type { DomainContext } from './context.js';
import type { ProfileUpdated, StaleVersion } from './outcomes.js';
import { readProfiles } from './read-profiles.js';

/**
 * Changes the viewer's own profile, or what hangs on it, at the version that the viewer has read.
 *
 * @param args.write carries the change out at that version only; null when the version is another by now
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function changeOwnProfile<Refusal extends { readonly type: string }>(
  { viewer, store }: DomainContext,
  args: {
    readonly expectedVersion: number;
    readonly changes: object;
    readonly write: (userId: string) => Promise<ProfileRecord | Refusal | null>;
  },
): Promise<ProfileUpdated | StaleVersion | Refusal> {
  const { userId } = requireUser(viewer);
  const readOwn = async (): Promise<ProfileRecord> => {
    const own = (await readProfiles(store.profiles, viewer, [userId])).get(userId);
    if (own === undefined) {
      throw new Error('There is no profile although it was just read or made.');
    }
    return own;
  };

  const before = await readOwn();
  if (before.version !== args.expectedVersion) {
    return { type: 'staleVersion', currentVersion: before.version };
  }
  if (isEmptyChange(args.changes)) {
    return { type: 'profileUpdated', profile: before };
  }
  const written = await args.write(userId);
  if (written === null) {
    return { type: 'staleVersion', currentVersion: (await readOwn()).version };
  }
  return 'type' in written ? written : { type: 'profileUpdated', profile: written };
}
