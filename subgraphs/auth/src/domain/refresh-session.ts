import type { DomainContext } from './context.js';
import type { InvalidRefreshToken, SignedIn } from './outcomes.js';
import { hashRefreshToken, isSameHash, sessionIdOf } from './refresh-tokens.js';
import type { SessionCredentials } from '../store/sessions.js';

/** For so long a spent token gives its successor again, while nobody used that: the answer may have been lost. */
const GRACE_MILLISECONDS = 10_000;

/**
 * Exchanges a refresh token for a fresh pair. The old one is spent; whoever comes with a spent one has a stolen
 * or copied token, so the whole family ends and both must sign in again.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 (refresh token rotation)
 */
export async function refreshSession(
  context: DomainContext,
  input: { readonly refreshToken: string },
): Promise<SignedIn | InvalidRefreshToken> {
  const { store, refreshTokens, tokenIssuer } = context;
  const refused: InvalidRefreshToken = { type: 'invalidRefreshToken' };
  const sessionId = sessionIdOf(input.refreshToken);
  if (sessionId === undefined) {
    return refused;
  }
  const hash = hashRefreshToken(input.refreshToken);
  const next = refreshTokens.successorOf(input.refreshToken);
  await store.sessions.rotate({
    id: sessionId,
    spentHash: hash,
    nextHash: next.hash,
    expiresAt: tokenIssuer.refreshTokenEnd(),
  });
  // Whether this request rotated or another with the same token did, the session now says whose successor is good.
  const found = await store.sessions.findWithUser(sessionId);
  if (found === null || found.session.revokedAt !== null || found.session.expiresAt <= new Date()) {
    return refused;
  }
  const { session, user } = found;
  if (!isSuccessorGood(session, hash, next.hash)) {
    if (refreshTokens.isAuthentic(input.refreshToken) && !isSameHash(session.refreshTokenHash, hash)) {
      await store.sessions.revokeFamily({ familyId: session.familyId, userId: user.id }, context.client);
    }
    return refused;
  }
  if (user.status !== 'ACTIVE') {
    return refused;
  }
  const tokens = await tokenIssuer.issue(user, session.id, {
    text: next.text,
    expiresAt: session.expiresAt,
  });
  return { type: 'signedIn', user, tokens };
}

/** Tells whether the successor of the token with `hash` is the one that is good now, and still to be told. */
function isSuccessorGood(session: SessionCredentials, hash: string, nextHash: string): boolean {
  return (
    session.spentTokenHash !== null &&
    session.rotatedAt !== null &&
    isSameHash(session.spentTokenHash, hash) &&
    isSameHash(session.refreshTokenHash, nextHash) &&
    Date.now() - session.rotatedAt.getTime() < GRACE_MILLISECONDS
  );
}
