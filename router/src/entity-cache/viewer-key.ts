import type { RouterContext } from '../identity/request-context.js';

/** Tells viewers apart who may be answered differently: by who they are, their role and their scopes. */
export function viewerKey({ claims }: Pick<RouterContext, 'claims'>): string {
  return claims === undefined
    ? 'nobody'
    : JSON.stringify([claims.userId, claims.role, [...claims.scopes].sort()]);
}
