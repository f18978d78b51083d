import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { NewSigningKey, SigningKeyRecord } from '../store/signing-keys.js';

const ALGORITHM = 'EdDSA';

/** Derives the key under which private keys lie in the database. */
export function deriveEncryptionKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'auth signing keys', 32));
}

/** Makes a key pair, the private half encrypted. */
export async function makeSigningKey(encryptionKey: Buffer): Promise<NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const id = randomUUID();
  return {
    id,
    algorithm: ALGORITHM,
    publicKey: { ...(await exportJWK(publicKey)), kid: id, alg: ALGORITHM, use: 'sig' },
    encryptedPrivateKey: encrypt(encryptionKey, id, JSON.stringify(await exportJWK(privateKey))),
  };
}

/**
 * Decrypts the private half.
 *
 * @throws when the encryption key is not the one it was made with, or the row was altered
 */
export async function importPrivateKey(record: SigningKeyRecord, encryptionKey: Buffer): Promise<CryptoKey> {
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
