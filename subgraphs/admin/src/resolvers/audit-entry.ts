import { isUuid } from '@supergraph/platform/validation';
import { maySeeDoer, maySeeEntry } from '../domain/visibility.js';
import type { AuditEntryResolvers } from '../generated/graphql.js';
import { toUserReference } from './user-reference.js';

export const auditEntryResolvers: AuditEntryResolvers = {
  // null and no error: a reference may lie inside of what somebody else asked for something else.
  __resolveReference: async ({ id }, { viewer, loaders }) => {
    const entry =
      isUuid(id) && viewer.kind === 'user' ? await loaders.auditEntry.load(id.toLowerCase()) : null;
    return entry !== null && maySeeEntry(viewer, entry) ? entry : null;
  },
  actor: (entry, _args, { viewer }) => (maySeeDoer(viewer, entry) ? toUserReference(entry.actorId) : null),
  ip: (entry, _args, { viewer }) => (maySeeDoer(viewer, entry) ? entry.ip : null),
  userAgent: (entry, _args, { viewer }) => (maySeeDoer(viewer, entry) ? entry.userAgent : null),
};
