import { isUuid } from '@supergraph/platform/validation';
import { DEFAULT_PREFERENCES } from '../domain/default-preferences.js';
import { maySeeWholeProfile, visibleField } from '../domain/visibility.js';
import type { ProfileResolvers } from '../generated/graphql.js';

export const profileResolvers: ProfileResolvers = {
  // Malformed ids are unknown ids: one wrong representation must not cost its neighbours their answers.
  __resolveReference: ({ id }, { loaders }) => (isUuid(id) ? loaders.profile.load(id.toLowerCase()) : null),
  user: (profile) => ({ id: profile.userId }),
  displayName: (profile, _args, { viewer }) => visibleField(viewer, profile, 'displayName'),
  avatarUrl: (profile, _args, { viewer }) => visibleField(viewer, profile, 'avatarUrl'),
  phone: (profile, _args, { viewer }) => visibleField(viewer, profile, 'phone'),
  address: (profile, _args, { viewer }) => visibleField(viewer, profile, 'address'),
  bio: (profile, _args, { viewer }) => visibleField(viewer, profile, 'bio'),
  visibility: (profile, _args, { viewer }) =>
    maySeeWholeProfile(viewer, profile.userId)
      ? {
          displayName: profile.displayNameVisibility,
          avatarUrl: profile.avatarUrlVisibility,
          phone: profile.phoneVisibility,
          address: profile.addressVisibility,
          bio: profile.bioVisibility,
        }
      : null,
  preferences: async (profile, _args, { viewer, loaders }) =>
    maySeeWholeProfile(viewer, profile.userId)
      ? ((await loaders.preferencesOfProfile.load(profile.id)) ?? DEFAULT_PREFERENCES)
      : null,
};
