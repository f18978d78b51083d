import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import {
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import type { SigningKeyRecord, SigningKeyStore } from '../store/signing-keys.js';

/** The keys by which access tokens are signed and verified. */
export interface KeyRing {
  /** The key that signs now; the first one is made at first need. */
  signingKey(): Promise<{ readonly id: string; readonly key: CryptoKey }>;
  /** The public halves of every key whose tokens may still be alive, as a JSON Web Key Set (RFC 7517). */
  publicKeySet(): Promise<{ readonly keys: ReadonlyArray<JWK> }>;
  readonly getVerificationKey: JWTVerifyGetKey;
}

const ALGORITHM = 'EdDSA';
const REMEMBER_MILLISECONDS = 30_000;

/**
 * Makes the key ring over the table of signing keys. Private keys lie there encrypted (AES-256-GCM), so that a
 * copy of the database signs nothing.
 *
 * @param encryptionSecret from which the encryption key is derived
 */
export function createKeyRing(store: SigningKeyStore, encryptionSecret: string): KeyRing {
  const encryptionKey = Buffer.from(hkdfSync('sha256', encryptionSecret, '', 'auth signing keys', 32));
  let remembered:
    { readonly until: number; readonly records: Promise<ReadonlyArray<SigningKeyRecord>> } | undefined;
  const privateKeys = new Map<string, Promise<CryptoKey>>();

  const readRecords = (fresh = false): Promise<ReadonlyArray<SigningKeyRecord>> => {
    if (remembered !== undefined && !fresh && remembered.until > Date.now()) {
      return remembered.records;
    }
    const records = store.listActive();
    remembered = { until: Date.now() + REMEMBER_MILLISECONDS, records };
    records.catch(() => (remembered = undefined));
    return records;
  };

  const readOrMakeRecords = async (): Promise<ReadonlyArray<SigningKeyRecord>> => {
    const records = await readRecords();
    if (records.length > 0) {
      return records;
    }
    await store.addFirst(await makeKey(encryptionKey));
    return readRecords(true);
  };

  return {
    async signingKey() {
      const newest = (await readOrMakeRecords())[0];
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

async function makeKey(encryptionKey: Buffer): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const id = randomUUID();
  return {
    id,
    algorithm: ALGORITHM,
    publicKey: { ...(await exportJWK(publicKey)), kid: id, alg: ALGORITHM, use: 'sig' },
    encryptedPrivateKey: encrypt(encryptionKey, id, JSON.stringify(await exportJWK(privateKey))),
  };
}

async function importPrivateKey(record: SigningKeyRecord, encryptionKey: Buffer): Promise<CryptoKey> {
  const jwk = JSON.parse(decrypt(encryptionKey, record.id, record.encryptedPrivateKey)) as JWK;
  return (await importJWK(jwk, record.algorithm)) as CryptoKey;
}

/** Gives nonce (12 bytes), tag (16 bytes) and ciphertext in one; the key's id is authenticated with it. */
function encrypt(key: Buffer, id: string, text: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id));
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), encrypted]));
}

function decrypt(key: Buffer, id: string, bytes: Uint8Array): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(id));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Error(
      'The signing key cannot be decrypted: AUTH_KEY_ENCRYPTION_SECRET is not the one it was made with.',
      {
        cause,
      },
    );
  }
}
