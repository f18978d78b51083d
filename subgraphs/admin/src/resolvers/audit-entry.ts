import { isUuid } from '@supergraph/platform/validation';
import { maySeeAudit } from '../domain/visibility.js';
import type { AuditEntryResolvers } from '../generated/graphql.js';
import { toUserReference } from './user-reference.js';

export const auditEntryResolvers: AuditEntryResolvers = {
  // null and no error: a reference may lie inside of what somebody else asked for something else.
  __resolveReference: ({ id }, { viewer, loaders }) =>
    maySeeAudit(viewer) && isUuid(id) ? loaders.auditEntry.load(id.toLowerCase()) : null,
  actor: (entry) => toUserReference(entry.actorId),
};
