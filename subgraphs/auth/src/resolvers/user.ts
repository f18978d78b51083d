import { isUuid } from '@supergraph/platform/validation';
import { maySeeSessions, maySeeUser } from '../domain/visibility.js';
import type { Viewer } from '@supergraph/platform/identity';
import type { UserResolvers } from '../generated/graphql.js';

import type { UserParent } from './mappers.js';

const isVisible = (user: UserParent, viewer: Viewer): boolean =>
  user.provenSelf === true || maySeeUser(viewer, user.id);

/** Of somebody who was forgotten the row has placeholders, which nobody sees. */
const isKnown = (user: UserParent): boolean => user.status !== 'ERASED';

export const userResolvers: UserResolvers = {
  // Malformed ids are unknown ids: one wrong representation must not cost its neighbours their answers.
  __resolveReference: ({ id }, { loaders }) => (isUuid(id) ? loaders.user.load(id.toLowerCase()) : null),
  email: (user, _args, { viewer }) => (isKnown(user) && isVisible(user, viewer) ? user.email : null),
  name: (user, _args, { viewer }) => (isKnown(user) && isVisible(user, viewer) ? user.name : null),
  role: (user, _args, { viewer }) => (isVisible(user, viewer) ? user.role : null),
  status: (user, _args, { viewer }) => (isVisible(user, viewer) ? user.status : null),
  emailVerified: (user, _args, { viewer }) => (isVisible(user, viewer) ? user.emailVerified : null),
  createdAt: (user, _args, { viewer }) => (isVisible(user, viewer) ? user.createdAt : null),
  sessions: async (user, _args, { viewer, loaders }) =>
    user.provenSelf === true || maySeeSessions(viewer, user.id)
      ? ((await loaders.sessionsOfUser.load(user.id)) ?? [])
      : null,
};
