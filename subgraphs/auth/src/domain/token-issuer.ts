import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
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

/** A refresh token as it is kept: which session it belongs to, and a hash of it. */
export interface RefreshToken {
  readonly text: string;
  readonly hash: string;
  readonly expiresAt: Date;
}

/** Makes tokens. */
export interface TokenIssuer {
  makeRefreshToken(sessionId: string): RefreshToken;
  /** Signs the access token that goes with a refresh token. */
  issue(user: UserRecord, sessionId: string, refreshToken: RefreshToken): Promise<TokenPair>;
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
    makeRefreshToken(sessionId) {
      const text = `${sessionId}.${randomBytes(32).toString('base64url')}`;
      return { text, hash: hashRefreshToken(text), expiresAt: inSeconds(settings.refreshTokenSeconds) };
    },
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

/** Gives the session's id that a refresh token begins with, undefined when it is not of that form. */
export function sessionIdOf(refreshToken: string): string | undefined {
  return /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{43}$/.exec(refreshToken)?.[1];
}

/** SHA-256 in base64url; the token has 256 random bits, so it needs neither salt nor a slow hash. */
export function hashRefreshToken(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}

/** Compares two hashes in constant time. */
export function isSameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Whole seconds, since a JWT's `exp` has no more. */
function inSeconds(seconds: number): Date {
  return new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);
}
