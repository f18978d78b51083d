import { Prisma, type PrismaClient } from '../generated/prisma/client.js';

/** What is counted, and in windows of which length. */
export interface AttemptCounter {
  readonly keyHash: string;
  readonly windowSeconds: number;
}

/** How many attempts there were with the last one, and in how many seconds the window ends. */
export interface CountedAttempts {
  readonly attempts: number;
  readonly secondsLeft: number;
}

/** Table `attempt_counters`. */
export interface AttemptCounterStore {
  /** Counts an attempt in its window of time, which begins with the first. */
  count(counter: AttemptCounter): Promise<CountedAttempts>;
}

/** More than this is not told apart, so that a flood does not overflow the counter. */
const MAXIMUM = 1_000_000;

/** Counts an attempt as common table expressions, with `WITH`: `counted` has the columns `attempts` and `seconds_left`. */
export function countingAttempt({ keyHash, windowSeconds }: AttemptCounter): Prisma.Sql {
  return Prisma.sql`
    WITH forgotten AS (
      DELETE FROM attempt_counters WHERE key_hash IN (
        SELECT key_hash FROM attempt_counters
        WHERE window_ends < now() AND key_hash <> ${keyHash}
        ORDER BY window_ends LIMIT 10 FOR UPDATE SKIP LOCKED)
    ), counted AS (
      INSERT INTO attempt_counters AS known (key_hash, attempts, window_ends)
      VALUES (${keyHash}, 1, now() + ${windowSeconds}::int * interval '1 second')
      ON CONFLICT (key_hash) DO UPDATE SET
        attempts = CASE WHEN known.window_ends <= now() THEN 1 ELSE least(known.attempts + 1, ${MAXIMUM}::int) END,
        window_ends = CASE WHEN known.window_ends <= now() THEN excluded.window_ends ELSE known.window_ends END
      RETURNING attempts, ceil(extract(epoch FROM window_ends - now()))::int AS seconds_left
    )`;
}

export function createAttemptCounterStore(prisma: PrismaClient): AttemptCounterStore {
  return {
    async count(counter) {
      const [counted] = await prisma.$queryRaw<ReadonlyArray<CountedAttempts>>`
        ${countingAttempt(counter)} SELECT attempts, seconds_left AS "secondsLeft" FROM counted`;
      if (counted === undefined) {
        throw new Error('An attempt was counted and no count came back.');
      }
      return counted;
    },
  };
}
