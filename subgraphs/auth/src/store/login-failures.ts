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

/**
 * The statement that forgets the failures of an address unless they have locked it. Its rows tell `locked`; there is none
 * where nothing was to be forgotten.
 *
 * @param parameter that is the address's hash, such as `$1`
 * @param condition under which it does so at all
 */
export function clearingFailures(parameter: string, condition = 'true'): string {
  return `
    UPDATE login_failures SET
      failures = CASE WHEN locked_until > now() THEN failures ELSE 0 END,
      locked_until = CASE WHEN locked_until > now() THEN locked_until END
    WHERE address_hash = ${parameter} AND (failures > 0 OR locked_until IS NOT NULL) AND ${condition}
    RETURNING locked_until IS NOT NULL AS locked`;
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
      const rows = await prisma.$queryRawUnsafe<ReadonlyArray<{ readonly locked: boolean }>>(
        clearingFailures('$1'),
        addressHash,
      );
      // Who has nothing against them, as nearly everybody has not, costs no write.
      return rows[0]?.locked !== true;
    },
    async unlock(addressHash) {
      await prisma.loginFailure.deleteMany({ where: { addressHash } });
    },
  };
}
