import { hasScope, isViewerUser, type Viewer } from '@supergraph/platform/identity';
import type { AuditEntryRecord } from '../store/audit-entries.js';

/** Tells whether `viewer` may see all that was done by whom: ADMIN only. */
export function maySeeAudit(viewer: Viewer): boolean {
  return hasScope(viewer, 'admin');
}

/** Tells whether `viewer` may see what was done to a user and by them: oneself and ADMIN. */
export function maySeeTrail(viewer: Viewer, userId: string): boolean {
  return isViewerUser(viewer, userId) || maySeeAudit(viewer);
}

/** Tells whether `viewer` may see that something was done: ADMIN, who did it, and to whom it was done. */
export function maySeeEntry(viewer: Viewer, entry: AuditEntryRecord): boolean {
  return (
    maySeeDoer(viewer, entry) || (entry.resourceType === 'user' && isViewerUser(viewer, entry.resourceId))
  );
}

/** Tells whether `viewer` may see who did it and from where: ADMIN and who did it. */
export function maySeeDoer(viewer: Viewer, { actorId }: AuditEntryRecord): boolean {
  return maySeeAudit(viewer) || (actorId !== null && isViewerUser(viewer, actorId));
}
