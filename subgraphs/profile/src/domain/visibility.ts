import { hasScope, isViewerUser, type Viewer } from '@supergraph/platform/identity';
import type { ProfileRecord } from '../store/profiles.js';

/** The fields whose visibility their owner chooses. */
export type PersonalField = 'displayName' | 'avatarUrl' | 'phone' | 'address' | 'bio';

/** Tells whether `viewer` may see everything of a user's profile: oneself and ADMIN. */
export function maySeeWholeProfile(viewer: Viewer, userId: string): boolean {
  return isViewerUser(viewer, userId) || hasScope(viewer, 'admin');
}

/** Gives a field as `viewer` may see it: null when it is PRIVATE and `viewer` is neither its owner nor ADMIN. */
export function visibleField(viewer: Viewer, profile: ProfileRecord, field: PersonalField): string | null {
  const isPublic = profile[`${field}Visibility`] === 'PUBLIC';
  return isPublic || maySeeWholeProfile(viewer, profile.userId) ? profile[field] : null;
}
