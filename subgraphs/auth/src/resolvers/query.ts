import { requireUser } from '@supergraph/platform/identity';
import { readPage } from '@supergraph/platform/paging';
import { requireUuid } from '@supergraph/platform/validation';
import { listUsers } from '../domain/list-users.js';
import type { QueryResolvers } from '../generated/graphql.js';

export const queryResolvers: QueryResolvers = {
  me: (_parent, _args, { viewer, loaders }) =>
    viewer.kind === 'user' ? loaders.user.load(viewer.userId) : null,
  user: (_parent, args, { viewer, loaders }) => {
    requireUser(viewer);
    return loaders.user.load(requireUuid(args.id));
  },
  users: (_parent, args, context) =>
    listUsers(context, {
      page: readPage('users', args),
      filter: { role: args.filter?.role ?? undefined, status: args.filter?.status ?? undefined },
    }),
};
