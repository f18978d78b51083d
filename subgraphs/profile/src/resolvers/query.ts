import { requireUser } from '@supergraph/platform/identity';
import { normalizeHandle } from '../domain/handle.js';
import type { QueryResolvers } from '../generated/graphql.js';

export const queryResolvers: QueryResolvers = {
  myProfile: (_parent, _args, { viewer, loaders }) => loaders.profileOfUser.load(requireUser(viewer).userId),
  profileByHandle: (_parent, args, { viewer, loaders }) => {
    requireUser(viewer);
    const handle = normalizeHandle(args.handle);
    return handle === undefined ? null : loaders.profileByHandle.load(handle);
  },
};
