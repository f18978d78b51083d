import type { PrismaClient } from '../generated/prisma/client.js';

/** Table `attempt_counters`. */
export interface AttemptCounterStore {
  /**
   * Counts an attempt in its window of time, which begins with the first.
   *
   * @returns how many there were with this one, and in how many seconds the window ends
   */
  count(
    keyHash: string,
    windowSeconds: number,
  ): Promise<{ readonly attempts: number; readonly secondsLeft: number }>;
}

/** More than this is not told apart, so that a flood does not overflow the counter. */
const MAXIMUM = 1_000_000;

export function createAttemptCounterStore(prisma: PrismaClient): AttemptCounterStore {
  return {
    async count(keyHash, windowSeconds) {
      const rows = await prisma.$queryRaw<
        ReadonlyArray<{ readonly attempts: number; readonly secondsLeft: number }>
      >`
        WITH forgotten AS (
          DELETE FROM attempt_counters WHERE key_hash IN (
            SELECT key_hash FROM attempt_counters
            WHERE window_ends < now() AND key_hash <> ${keyHash}
            ORDER BY window_ends LIMIT 10 FOR UPDATE SKIP LOCKED)
        )
        INSERT INTO attempt_counters AS known (key_hash, attempts, window_ends)
        VALUES (${keyHash}, 1, now() + ${windowSeconds}::int * interval '1 second')
        ON CONFLICT (key_hash) DO UPDATE SET
          attempts = CASE WHEN known.window_ends <= now() THEN 1 ELSE least(known.attempts + 1, ${MAXIMUM}::int) END,
          window_ends = CASE WHEN known.window_ends <= now() THEN excluded.window_ends ELSE known.window_ends END
        RETURNING attempts, ceil(extract(epoch FROM window_ends - now()))::int AS "secondsLeft"`;
      const counted = rows[0];
      if (counted === undefined) {
        throw new Error('An attempt was counted and no count came back.');
      }
      return counted;
    },
  };
}
