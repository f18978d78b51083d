import type { PrismaClient } from '../generated/prisma/client.js';

/** When failures lock, and for how long. */
export interface LockoutRule {
  readonly failures: number;
  readonly seconds: number;
}

/** Table `login_failures`. */
export interface LoginFailureStore {
  /** Counts a failure; the last that the rule allows locks. Failures while locked prolong nothing. */
  add(addressHash: string, rule: LockoutRule): Promise<void>;
  /** Forgets the failures unless they have locked; false when they have. */
  clear(addressHash: string): Promise<boolean>;
  /** Forgets the failures and the lock. */
  unlock(addressHash: string): Promise<void>;
}

export function createLoginFailureStore(prisma: PrismaClient): LoginFailureStore {
  return {
    async add(addressHash, { failures, seconds }) {
      // Old failures count no more. A few forgotten rows go with every failure, so that invented addresses do not pile up.
      await prisma.$executeRaw`
        WITH forgotten AS (
          DELETE FROM login_failures WHERE address_hash IN (
            SELECT address_hash FROM login_failures
            WHERE last_failed_at < now() - 2 * ${seconds}::int * interval '1 second' AND address_hash <> ${addressHash}
            ORDER BY last_failed_at LIMIT 10 FOR UPDATE SKIP LOCKED)
        )
        INSERT INTO login_failures AS known (address_hash, failures, last_failed_at, locked_until)
        VALUES (${addressHash}, 1, now(), NULL)
        ON CONFLICT (address_hash) DO UPDATE SET
          failures = CASE
            WHEN known.locked_until > now() THEN known.failures
            WHEN known.locked_until IS NOT NULL
              OR known.last_failed_at < now() - ${seconds}::int * interval '1 second' THEN 1
            ELSE known.failures + 1 END,
          locked_until = CASE
            WHEN known.locked_until > now() THEN known.locked_until
            WHEN known.locked_until IS NULL
              AND known.last_failed_at >= now() - ${seconds}::int * interval '1 second'
              AND known.failures + 1 >= ${failures}::int THEN now() + ${seconds}::int * interval '1 second'
            END,
          last_failed_at = now()`;
    },
    async clear(addressHash) {
      const rows = await prisma.$queryRaw<ReadonlyArray<{ readonly locked: boolean }>>`
        UPDATE login_failures SET
          failures = CASE WHEN locked_until > now() THEN failures ELSE 0 END,
          locked_until = CASE WHEN locked_until > now() THEN locked_until END
        WHERE address_hash = ${addressHash} AND (failures > 0 OR locked_until IS NOT NULL)
        RETURNING locked_until IS NOT NULL AS locked`;
      // Who has nothing against them, as nearly everybody has not, costs no write.
      return rows[0]?.locked !== true;
    },
    async unlock(addressHash) {
      await prisma.loginFailure.deleteMany({ where: { addressHash } });
    },
  };
}
