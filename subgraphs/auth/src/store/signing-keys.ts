import type { JWK } from 'jose';
import type { PrismaClient } from '../generated/prisma/client.js';

/** A signing key as it is kept. */
export interface SigningKeyRecord {
  readonly id: string;
  readonly algorithm: string;
  readonly publicKey: JWK;
  readonly encryptedPrivateKey: Uint8Array<ArrayBuffer>;
}

/** Table `signing_keys`. */
export interface SigningKeyStore {
  /** Keys that are not retired, the newest first. */
  listActive(): Promise<ReadonlyArray<SigningKeyRecord>>;
  /** Adds a key unless there is one: of two replicas that start at the same moment, one wins. */
  addFirst(key: SigningKeyRecord): Promise<void>;
}

/** Any number will do as long as nothing else in this database takes it. */
const FIRST_KEY_LOCK = 4_001_001;

export function createSigningKeyStore(prisma: PrismaClient): SigningKeyStore {
  return {
    async listActive() {
      const rows = await prisma.signingKey.findMany({
        where: { retiredAt: null },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        select: { id: true, algorithm: true, publicKey: true, encryptedPrivateKey: true },
      });
      return rows.map((row) => ({ ...row, publicKey: row.publicKey as unknown as JWK }));
    },
    async addFirst(key) {
      await prisma.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_KEY_LOCK})`;
        if ((await transaction.signingKey.count({ where: { retiredAt: null } })) === 0) {
          await transaction.signingKey.create({
            data: { ...key, publicKey: key.publicKey },
            select: { id: true },
          });
        }
      });
    },
  };
}
