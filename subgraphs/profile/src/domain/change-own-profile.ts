import { requireUser } from '@supergraph/platform/identity';
import { type preferencesUpdated, type profileUpdated } from '../events/tells.js';
import type { StoreParts } from '../store/index.js';
import type { ProfileRecord } from '../store/profiles.js';
import { isEmptyChange } from './changes.js';
import type { DomainContext } from './context.js';
import type { AccountErased, ProfileUpdated, StaleVersion } from './outcomes.js';
import { readProfiles } from './read-profiles.js';

/** What tells that a profile, or what hangs on it, was changed. */
type TellChange = typeof profileUpdated | typeof preferencesUpdated;

/**
 * Changes the viewer's own profile, or what hangs on it, at the version that the viewer has read, and tells so.
 *
 * @param args.fields what changes, by the names in the graph
 * @param args.write carries the change out at that version only; null when the version is another by now
 * @throws {ApplicationError} `UNAUTHENTICATED`, and what `write` throws
 */
export async function changeOwnProfile(
  context: DomainContext,
  args: {
    readonly expectedVersion: number;
    readonly changes: object;
    readonly fields: ReadonlyArray<string>;
    readonly write: (parts: StoreParts, userId: string) => Promise<ProfileRecord | null>;
    readonly tellChange: TellChange;
  },
): Promise<ProfileUpdated | StaleVersion | AccountErased> {
  const { userId } = requireUser(context.viewer);
  const before = (await readProfiles(context, [userId])).get(userId);
  if (before === undefined) {
    return { type: 'accountErased' };
  }
  if (before.version !== args.expectedVersion) {
    return { type: 'staleVersion', currentVersion: before.version };
  }
  if (isEmptyChange(args.changes)) {
    return { type: 'profileUpdated', profile: before };
  }
  const profile = await context.store.inTransaction(async (parts) => {
    const written = await args.write(parts, userId);
    if (written !== null) {
      await parts.tell(args.tellChange(written, args.fields, { actor: userId, client: context.client }));
    }
    return written;
  });
  if (profile !== null) {
    return { type: 'profileUpdated', profile };
  }
  const now = (await readProfiles(context, [userId])).get(userId);
  return now === undefined
    ? { type: 'accountErased' }
    : { type: 'staleVersion', currentVersion: now.version };
}
