import type { DomainContext } from './context.js';
import type { InvalidRefreshToken, SignedIn } from './outcomes.js';
import { hashRefreshToken, isSameHash, sessionIdOf } from './token-issuer.js';

/**
 * Exchanges a refresh token for a fresh pair. The old one is spent; whoever comes with a spent one has a stolen
 * or copied token, so the whole family ends and both must sign in again.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 (refresh token rotation)
 */
export async function refreshSession(
  { store, tokenIssuer }: DomainContext,
  input: { readonly refreshToken: string },
): Promise<SignedIn | InvalidRefreshToken> {
  const refused: InvalidRefreshToken = { type: 'invalidRefreshToken' };
  const sessionId = sessionIdOf(input.refreshToken);
  const found = sessionId === undefined ? null : await store.sessions.findWithUser(sessionId);
  if (found === null || found.session.revokedAt !== null || found.session.expiresAt <= new Date()) {
    return refused;
  }
  const { session, user } = found;
  if (!isSameHash(session.refreshTokenHash, hashRefreshToken(input.refreshToken))) {
    await store.sessions.revokeFamily(session.familyId);
    return refused;
  }
  if (user.status !== 'ACTIVE') {
    return refused;
  }
  const next = tokenIssuer.makeRefreshToken(session.id);
  const rotated = await store.sessions.rotate({
    id: session.id,
    spentHash: session.refreshTokenHash,
    nextHash: next.hash,
    expiresAt: next.expiresAt,
  });
  if (!rotated) {
    return refused;
  }
  return { type: 'signedIn', user, tokens: await tokenIssuer.issue(user, session.id, next) };
}
