import { readPage } from '@supergraph/platform/paging';
import { isUuid } from '@supergraph/platform/validation';
import { toAuditConnection } from '../domain/list-audit-entries.js';
import { maySeeTrail } from '../domain/visibility.js';
import type { UserResolvers } from '../generated/graphql.js';

export const userResolvers: UserResolvers = {
  // Whether the user exists is auth's to say; a malformed id is nobody's.
  __resolveReference: ({ id }) => (isUuid(id) ? { id: id.toLowerCase() } : null),
  auditTrail: async (user, args, { viewer, loaders }) => {
    if (!maySeeTrail(viewer, user.id)) {
      return null;
    }
    // One name for the lists of all users: the same cursor goes to each of them in one request.
    const page = readPage('User.auditTrail', args);
    return toAuditConnection(page, (await loaders.auditTrail.load({ userId: user.id, page })) ?? []);
  },
};
