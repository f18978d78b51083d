import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** A refresh token as a client gets it, and the hash of it that is kept. */
export interface RefreshToken {
  readonly text: string;
  readonly hash: string;
}

/** Makes refresh tokens and recognizes them. */
export interface RefreshTokens {
  /** The first of a session, from 256 random bits. */
  first(sessionId: string): RefreshToken;
  /**
   * The one that follows: the same each time, so that a client whose answer was lost is told it again although
   * only its hash is kept. It takes both the token before it and the server's secret to make it.
   */
  successorOf(token: string): RefreshToken;
  /** Tells whether this server made the token at any time, so that a forged one ends nobody's session. */
  isAuthentic(token: string): boolean;
}

const FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})\.([\w-]{43})$/;

/**
 * Makes the maker. A token reads `<session id>.<256 bits>.<proof>`; the proof is an HMAC-SHA-256 of what stands
 * before it.
 *
 * @param secret from which the two keys are derived
 */
export function createRefreshTokens(secret: string): RefreshTokens {
  const successorKey = deriveKey(secret, 'auth refresh token successors');
  const proofKey = deriveKey(secret, 'auth refresh token proofs');
  const proofOf = (body: string): string => createHmac('sha256', proofKey).update(body).digest('base64url');
  const complete = (sessionId: string, bits: string): RefreshToken => {
    const body = `${sessionId}.${bits}`;
    const text = `${body}.${proofOf(body)}`;
    return { text, hash: hashRefreshToken(text) };
  };
  return {
    first: (sessionId) => complete(sessionId, randomBytes(32).toString('base64url')),
    successorOf(token) {
      const sessionId = sessionIdOf(token);
      if (sessionId === undefined) {
        throw new Error('Only what has the form of a refresh token has a successor.');
      }
      return complete(sessionId, createHmac('sha256', successorKey).update(token).digest('base64url'));
    },
    isAuthentic(token) {
      const [, sessionId, bits, proof] = FORM.exec(token) ?? [];
      return proof !== undefined && isSameHash(proof, proofOf(`${sessionId}.${bits}`));
    },
  };
}

/** Gives the session's id that a refresh token begins with, undefined when it is not of that form. */
export function sessionIdOf(refreshToken: string): string | undefined {
  return FORM.exec(refreshToken)?.[1];
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

function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}
