import { createHash, randomBytes } from 'node:crypto';

/** Makes a token of 256 random bits, and the hash of it that is kept. */
export function makeSingleUseToken(): { readonly text: string; readonly hash: string } {
  const text = randomBytes(32).toString('base64url');
  return { text, hash: hashSingleUseToken(text) };
}

/** SHA-256 in base64url; so many random bits need neither salt nor a slow hash. */
export function hashSingleUseToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
