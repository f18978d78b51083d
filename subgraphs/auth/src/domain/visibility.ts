import { hasScope, isViewerUser, type Viewer } from '@supergraph/platform/identity';

/** Services that may read users for themselves: payments checks who pays and who is paid. */
const TRUSTED_SERVICES: ReadonlySet<string> = new Set(['payments']);

/** Tells whether `viewer` may see everything of a user: oneself, ADMIN, and services that need it. */
export function maySeeUser(viewer: Viewer, userId: string): boolean {
  return (
    isViewerUser(viewer, userId) ||
    hasScope(viewer, 'admin') ||
    (viewer.kind === 'service' && TRUSTED_SERVICES.has(viewer.service))
  );
}

/** Tells whether `viewer` may see where a user is signed in: oneself and ADMIN. */
export function maySeeSessions(viewer: Viewer, userId: string): boolean {
  return isViewerUser(viewer, userId) || hasScope(viewer, 'admin');
}
