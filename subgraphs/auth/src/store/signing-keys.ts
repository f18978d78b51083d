import type { JWK } from 'jose';
import type { Outbox } from '@supergraph/platform/events';
import { signingKeyRotated } from '../events/tells.js';
import type { PrismaClient } from '../generated/prisma/client.js';

/** A signing key as it is made. */
export interface NewSigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly publicKey: JWK;
  readonly encryptedPrivateKey: Uint8Array<ArrayBuffer>;
}

/** A signing key as it is kept. */
export interface SigningKeyRecord extends NewSigningKey {
  /** Until then it is published only. */
  readonly signsFrom: Date;
}

/** Table `signing_keys`. */
export interface SigningKeyStore {
  /** Keys that are not retired, those that are to sign last first. */
  listPublished(): Promise<ReadonlyArray<SigningKeyRecord>>;
  /** Adds a key unless there is one: of two replicas that start at the same moment, one wins. */
  addFirst(key: NewSigningKey): Promise<void>;
  /**
   * Adds the key that follows, and retires the others in time. While a key waits for its time to sign nothing is done.
   *
   * @returns the moment when the one that waits begins to sign, and whether it is the one given
   */
  addNext(args: {
    readonly key: NewSigningKey;
    readonly signsFrom: Date;
    readonly othersRetireAt: Date;
  }): Promise<{ readonly added: boolean; readonly signsFrom: Date }>;
}

/** Any number will do as long as nothing else in this database takes it. */
const KEYS_LOCK = 4_001_001;

export function createSigningKeyStore(prisma: PrismaClient, outbox: Outbox): SigningKeyStore {
  return {
    async listPublished() {
      const rows = await prisma.signingKey.findMany({
        where: published(),
        orderBy: [{ signsFrom: 'desc' }, { id: 'desc' }],
        select: { id: true, algorithm: true, publicKey: true, encryptedPrivateKey: true, signsFrom: true },
      });
      return rows.map((row) => ({ ...row, publicKey: row.publicKey as unknown as JWK }));
    },
    async addFirst(key) {
      await prisma.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${KEYS_LOCK})`;
        if ((await transaction.signingKey.count({ where: published() })) === 0) {
          await transaction.signingKey.create({
            data: { ...key, publicKey: key.publicKey },
            select: { id: true },
          });
        }
      });
    },
    addNext: ({ key, signsFrom, othersRetireAt }) =>
      prisma.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${KEYS_LOCK})`;
        const waiting = await transaction.signingKey.findFirst({
          where: { ...published(), signsFrom: { gt: new Date() } },
          select: { signsFrom: true },
        });
        if (waiting !== null) {
          return { added: false, signsFrom: waiting.signsFrom };
        }
        await transaction.signingKey.updateMany({
          where: { retiredAt: null },
          data: { retiredAt: othersRetireAt },
        });
        await transaction.signingKey.create({
          data: { ...key, publicKey: key.publicKey, signsFrom },
          select: { id: true },
        });
        await outbox.append(transaction, signingKeyRotated(key.id));
        return { added: true, signsFrom };
      }),
  };
}

function published(): { readonly OR: [{ retiredAt: null }, { retiredAt: { gt: Date } }] } {
  return { OR: [{ retiredAt: null }, { retiredAt: { gt: new Date() } }] };
}
