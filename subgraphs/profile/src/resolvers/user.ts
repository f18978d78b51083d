import { isUuid } from '@supergraph/platform/validation';
import type { UserResolvers } from '../generated/graphql.js';

export const userResolvers: UserResolvers = {
  // Malformed ids are unknown ids: one wrong representation must not cost its neighbours their answers.
  __resolveReference: ({ id }) => (isUuid(id) ? { id: id.toLowerCase() } : null),
  profile: (user, _args, { loaders }) => loaders.profileOfUser.load(user.id),
};
