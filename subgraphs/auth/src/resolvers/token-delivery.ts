import { logout } from '../domain/logout.js';
import type { InvalidRefreshToken, SignedIn } from '../domain/outcomes.js';
import { refreshSession } from '../domain/refresh-session.js';
import type { LogoutInput, RefreshSessionInput, TokenDelivery } from '../generated/graphql.js';
import type { Context } from './context.js';

/** Gives the refresh token of a sign-in the way that was asked for: a cookie takes it out of the answer. */
export function deliver<Outcome extends { readonly type: string }>(
  { refreshCookie }: Context,
  outcome: Outcome | SignedIn,
  delivery: TokenDelivery,
): Outcome | SignedIn {
  if (delivery === 'BODY' || !isSignedIn(outcome)) {
    return outcome;
  }
  refreshCookie.set(outcome.tokens.refreshToken, outcome.tokens.refreshTokenExpiresAt);
  return { ...outcome, tokens: { ...outcome.tokens, refreshToken: '' } };
}

/**
 * Exchanges the token of the input, or that of the cookie. What came in a cookie goes back in a cookie, whatever is
 * asked for: a script that got into a page must not get hold of it. A cookie that is good no longer is taken away.
 */
export async function refreshSessionOf(
  context: Context,
  { refreshToken, tokenDelivery }: RefreshSessionInput,
): Promise<SignedIn | InvalidRefreshToken> {
  const { refreshCookie } = context;
  if (refreshToken !== null && refreshToken !== undefined) {
    return deliver(context, await refreshSession(context, { refreshToken }), tokenDelivery);
  }
  const outcome = await refreshSession(context, { refreshToken: refreshCookie.token ?? '' });
  if (outcome.type === 'invalidRefreshToken') {
    refreshCookie.clear();
  }
  return deliver(context, outcome, 'COOKIE');
}

/** Ends the session of the input's token, or else the cookie's, or else that of the access token. */
export async function logoutOf(
  context: Context,
  { refreshToken }: LogoutInput,
): Promise<{ readonly sessionId: string | null }> {
  const { refreshCookie } = context;
  refreshCookie.clear();
  if ((refreshToken === null || refreshToken === undefined) && refreshCookie.token !== undefined) {
    const ended = await logout(context, { refreshToken: refreshCookie.token });
    if (ended.sessionId !== null) {
      return ended;
    }
  }
  return logout(context, { refreshToken });
}

function isSignedIn(outcome: { readonly type: string }): outcome is SignedIn {
  return outcome.type === 'signedIn';
}
