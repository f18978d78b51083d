import { SignJWT } from 'jose';
import type { UserRecord } from '../store/users.js';
import type { KeyRing } from './key-ring.js';
import { scopesOf } from './scopes.js';

/** An access token and the refresh token that goes on after it. */
export interface TokenPair {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
}

/** Signs access tokens. */
export interface TokenIssuer {
  /** When a refresh token that is made now ends, unless it is used. */
  refreshTokenEnd(): Date;
  /** Signs the access token that goes with a refresh token. */
  issue(
    user: UserRecord,
    sessionId: string,
    refreshToken: { readonly text: string; readonly expiresAt: Date },
  ): Promise<TokenPair>;
}

/**
 * Makes the token issuer.
 *
 * @param settings.accessTokenSeconds lifetime of access tokens
 * @param settings.refreshTokenSeconds lifetime of an unused refresh token
 */
export function createTokenIssuer(
  keyRing: KeyRing,
  settings: {
    readonly accessTokenSeconds: number;
    readonly refreshTokenSeconds: number;
    readonly common: { readonly tokenIssuer: string; readonly tokenAudience: string };
  },
): TokenIssuer {
  return {
    refreshTokenEnd: () => inSeconds(settings.refreshTokenSeconds),
    async issue(user, sessionId, refreshToken) {
      const { id, key } = await keyRing.signingKey();
      const accessTokenExpiresAt = inSeconds(settings.accessTokenSeconds);
      const accessToken = await new SignJWT({
        sid: sessionId,
        role: user.role,
        scope: scopesOf(user.role).join(' '),
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: id, typ: 'at+jwt' })
        .setSubject(user.id)
        .setIssuer(settings.common.tokenIssuer)
        .setAudience(settings.common.tokenAudience)
        .setIssuedAt()
        .setExpirationTime(accessTokenExpiresAt)
        .sign(key);
      return {
        accessToken,
        accessTokenExpiresAt,
        refreshToken: refreshToken.text,
        refreshTokenExpiresAt: refreshToken.expiresAt,
      };
    },
  };
}

/** Whole seconds, since a JWT's `exp` has no more. */
function inSeconds(seconds: number): Date {
  return new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);
}
