import type { DomainContext } from './context.js';
import { hashRefreshToken, isSameHash, sessionIdOf } from './refresh-tokens.js';

/**
 * Ends the session of a refresh token, or that of the access token when none is given.
 *
 * @returns the ended session's id, null when there was none
 */
export async function logout(
  { viewer, store, client }: DomainContext,
  input: { readonly refreshToken?: string | null | undefined },
): Promise<{ readonly sessionId: string | null }> {
  const owned =
    input.refreshToken === null || input.refreshToken === undefined
      ? viewer.kind === 'user'
        ? { id: viewer.sessionId, userId: viewer.userId }
        : undefined
      : await findOwned(store, input.refreshToken);
  const ended = owned !== undefined && (await store.sessions.revokeOwn(owned, client));
  return { sessionId: ended ? owned.id : null };
}

async function findOwned(
  store: DomainContext['store'],
  refreshToken: string,
): Promise<{ readonly id: string; readonly userId: string } | undefined> {
  const sessionId = sessionIdOf(refreshToken);
  const found = sessionId === undefined ? null : await store.sessions.findWithUser(sessionId);
  const isOwner =
    found !== null && isSameHash(found.session.refreshTokenHash, hashRefreshToken(refreshToken));
  return isOwner ? { id: found.session.id, userId: found.user.id } : undefined;
}
