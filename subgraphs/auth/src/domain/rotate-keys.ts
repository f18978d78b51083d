import type { SigningKeyStore } from '../store/signing-keys.js';
import { REMEMBER_MILLISECONDS } from './key-ring.js';
import { deriveEncryptionKey, makeSigningKey } from './signing-key.js';

/** What a rotation did. */
export interface SigningKeyRotation {
  /** False when a key of an earlier rotation still waits for its time; nothing was changed then. */
  readonly added: boolean;
  /** When the new key begins to sign. */
  readonly signsFrom: Date;
  /** When the keys before it stop being published; null when nothing was changed. */
  readonly othersRetireAt: Date | null;
}

/** How often verifiers fetch the key set again, and for how long caches on the way may keep it. */
const VERIFIERS_REFRESH_MILLISECONDS = 60_000;
const CACHES_KEEP_MILLISECONDS = 60_000;
/** For clocks that differ and fetches that take their time. */
const MARGIN_MILLISECONDS = 30_000;

/**
 * Puts another key in the place of the one that signs, without breaking a token. The new key is published at once
 * and signs only when every verifier has had the time to fetch it; the old one goes on verifying until the last
 * token that it signed has ended.
 *
 * @param settings.encryptionSecret under which the private key is kept
 * @param settings.accessTokenSeconds the longest lifetime of a token
 */
export async function rotateKeys(
  store: SigningKeyStore,
  settings: { readonly encryptionSecret: string; readonly accessTokenSeconds: number },
): Promise<SigningKeyRotation> {
  const published =
    VERIFIERS_REFRESH_MILLISECONDS + CACHES_KEEP_MILLISECONDS + REMEMBER_MILLISECONDS + MARGIN_MILLISECONDS;
  const signsFrom = new Date(Date.now() + published);
  const othersRetireAt = new Date(
    signsFrom.getTime() + settings.accessTokenSeconds * 1_000 + MARGIN_MILLISECONDS,
  );
  const key = await makeSigningKey(deriveEncryptionKey(settings.encryptionSecret));
  const outcome = await store.addNext({ key, signsFrom, othersRetireAt });
  return { ...outcome, othersRetireAt: outcome.added ? othersRetireAt : null };
}
