import { errors, importJWK, type CryptoKey, type JWK, type JWTVerifyGetKey } from 'jose';
import type { SigningKeyRecord, SigningKeyStore } from '../store/signing-keys.js';
import { deriveEncryptionKey, importPrivateKey, makeSigningKey } from './signing-key.js';

/** The keys by which access tokens are signed and verified. */
export interface KeyRing {
  /** The key that signs now, the newest whose time has come; the first one is made at first need. */
  signingKey(): Promise<{ readonly id: string; readonly key: CryptoKey }>;
  /** The public halves of every key whose tokens may still be alive, as a JSON Web Key Set (RFC 7517). */
  publicKeySet(): Promise<{ readonly keys: ReadonlyArray<JWK> }>;
  readonly getVerificationKey: JWTVerifyGetKey;
}

/** For so long a replica does not see that a key was added; a rotation waits longer than that. */
export const REMEMBER_MILLISECONDS = 30_000;

/**
 * Makes the key ring over the table of signing keys. Private keys lie there encrypted (AES-256-GCM), so that a
 * copy of the database signs nothing.
 *
 * @param encryptionSecret from which the encryption key is derived
 */
export function createKeyRing(store: SigningKeyStore, encryptionSecret: string): KeyRing {
  const encryptionKey = deriveEncryptionKey(encryptionSecret);
  let remembered:
    { readonly until: number; readonly records: Promise<ReadonlyArray<SigningKeyRecord>> } | undefined;
  const privateKeys = new Map<string, Promise<CryptoKey>>();

  const readRecords = (fresh = false): Promise<ReadonlyArray<SigningKeyRecord>> => {
    if (remembered !== undefined && !fresh && remembered.until > Date.now()) {
      return remembered.records;
    }
    const records = store.listPublished();
    remembered = { until: Date.now() + REMEMBER_MILLISECONDS, records };
    records.catch(() => (remembered = undefined));
    return records;
  };

  const readOrMakeRecords = async (): Promise<ReadonlyArray<SigningKeyRecord>> => {
    const records = await readRecords();
    if (records.length > 0) {
      return records;
    }
    await store.addFirst(await makeSigningKey(encryptionKey));
    return readRecords(true);
  };

  return {
    async signingKey() {
      const records = await readOrMakeRecords();
      const now = new Date();
      // The first key of all signs at once, also when the database's clock is ahead.
      const newest = records.find((record) => record.signsFrom <= now) ?? records.at(-1);
      if (newest === undefined) {
        throw new Error('There is no signing key although one was just made.');
      }
      let key = privateKeys.get(newest.id);
      if (key === undefined) {
        key = importPrivateKey(newest, encryptionKey);
        privateKeys.set(newest.id, key);
      }
      return { id: newest.id, key: await key };
    },
    async publicKeySet() {
      return { keys: (await readOrMakeRecords()).map((record) => record.publicKey) };
    },
    getVerificationKey: async (header) => {
      const find = (records: ReadonlyArray<SigningKeyRecord>): SigningKeyRecord | undefined =>
        records.find((record) => record.id === header.kid);
      const record = find(await readRecords()) ?? find(await readRecords(true));
      if (record === undefined) {
        throw new errors.JWKSNoMatchingKey();
      }
      return await importJWK(record.publicKey, record.algorithm);
    },
  };
}
