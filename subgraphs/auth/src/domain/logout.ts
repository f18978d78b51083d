import type { DomainContext } from './context.js';
import { hashRefreshToken, isSameHash, sessionIdOf } from './refresh-tokens.js';

/**
 * Ends the session of a refresh token, or that of the access token when none is given.
 *
 * @returns the ended session's id, null when there was none
 */
export async function logout(
  { viewer, store }: DomainContext,
  input: { readonly refreshToken?: string | null | undefined },
): Promise<{ readonly sessionId: string | null }> {
  if (input.refreshToken === null || input.refreshToken === undefined) {
    const own = viewer.kind === 'user' ? viewer.sessionId : null;
    return { sessionId: own !== null && (await store.sessions.revoke(own)) ? own : null };
  }
  const sessionId = sessionIdOf(input.refreshToken);
  const found = sessionId === undefined ? null : await store.sessions.findWithUser(sessionId);
  const isOwner =
    found !== null && isSameHash(found.session.refreshTokenHash, hashRefreshToken(input.refreshToken));
  return { sessionId: isOwner && (await store.sessions.revoke(found.session.id)) ? found.session.id : null };
}
