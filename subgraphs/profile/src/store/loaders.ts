import { createEntityLoader, type EntityLoader } from '@supergraph/platform/database';
import type { Store } from './index.js';
import type { PreferencesRecord } from './preferences.js';
import type { ProfileRecord } from './profiles.js';

/** One batch a key and request: however many one request asks for, it costs one statement. */
export interface Loaders {
  readonly profile: EntityLoader<string, ProfileRecord>;
  /** By the user's id; the viewer's own is made at first need. */
  readonly profileOfUser: EntityLoader<string, ProfileRecord>;
  /** By the handle in lower case. */
  readonly profileByHandle: EntityLoader<string, ProfileRecord>;
  /** By the profile's id; null when nothing was chosen yet. */
  readonly preferencesOfProfile: EntityLoader<string, PreferencesRecord>;
}

/**
 * Makes the loaders of one request.
 *
 * @param readProfilesOfUsers reads in the viewer's name, by the users' ids
 */
export function createLoaders(
  store: Store,
  readProfilesOfUsers: (userIds: ReadonlyArray<string>) => Promise<ReadonlyMap<string, ProfileRecord>>,
): Loaders {
  return {
    profile: createEntityLoader((ids) => store.profiles.findMany(ids)),
    profileOfUser: createEntityLoader(readProfilesOfUsers),
    profileByHandle: createEntityLoader((handles) => store.profiles.findByHandles(handles)),
    preferencesOfProfile: createEntityLoader((profileIds) => store.preferences.findMany(profileIds)),
  };
}

/** Makes the loaders forget: one request may carry several mutations, and each shows what is true after it. */
export function forgetLoaded(loaders: Loaders): void {
  for (const loader of Object.values(loaders) as ReadonlyArray<EntityLoader<string, unknown>>) {
    loader.clearAll();
  }
}
