import { hasScope, type Viewer } from '@supergraph/platform/identity';

/** Tells whether `viewer` may see what was done by whom: ADMIN only. */
export function maySeeAudit(viewer: Viewer): boolean {
  return hasScope(viewer, 'admin');
}
