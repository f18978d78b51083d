import { requireUuid } from '@supergraph/platform/validation';
import type { AuditEntryFilter } from '../generated/graphql.js';
import type { AuditFilter } from '../store/audit-entries.js';

/**
 * Gives the filter as the store takes it: null, like absence, does not narrow.
 *
 * @throws {ApplicationError} `INVALID_ID`
 */
export function toAuditFilter(filter: AuditEntryFilter | null | undefined): AuditFilter {
  const actorId = filter?.actorId ?? undefined;
  return {
    actorId: actorId === undefined ? undefined : requireUuid(actorId, 'filter.actorId'),
    action: filter?.action ?? undefined,
    resourceType: filter?.resourceType ?? undefined,
    resourceId: filter?.resourceId ?? undefined,
    occurredFrom: filter?.occurredFrom ?? undefined,
    occurredBefore: filter?.occurredBefore ?? undefined,
  };
}
