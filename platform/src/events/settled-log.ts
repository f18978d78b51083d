import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { FeedRefusal } from './feed-refusal.js';
import { SettledWatermark } from './watermark.js';

/** Watches how far a service's own outbox is settled. */
export interface SettledLog {
  /** The number up to which the log is settled, as of the last look. */
  readonly settled: bigint;
  /** When that was so, in `performance.now()`: everything that had committed by then has a number up to `settled`. */
  readonly settledAsOf: number;
  /** Looks once. Gives the number up to which everything has committed or never will. */
  look(): Promise<bigint>;
  /** Looks until everything that was numbered before the call is settled, and gives that number. */
  settle(signal?: AbortSignal): Promise<bigint>;
  /** Resolves when the log is settled beyond a number, or the signal says that nobody waits any more. */
  waitBeyond(sequence: bigint, signal: AbortSignal): Promise<void>;
  /** Says that this process has just appended: whoever waits looks at once, and closely until it is settled. */
  touch(): void;
}

export interface SettledLogOptions {
  /** The service's own pool, on the primary that takes its writes. */
  readonly pool: pg.Pool;
  /** How often to look when nothing happens, for what other processes append; 1 s when not given. */
  readonly idleMilliseconds?: number;
}

/** While a transaction holds the log up, and just after something happened. */
const PENDING_MILLISECONDS = { least: 2, most: 25 } as const;
const LEAST_IDLE_MILLISECONDS = 10;

interface Waiter {
  readonly beyond: bigint;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes the watch. It looks only while somebody waits, however many wait: closely while something is under way, ever
 * more rarely when nothing is. An append wakes it by {@link SettledLog.touch}, before its transaction ends, so nobody
 * has to say when that commits.
 */
export function createSettledLog(options: SettledLogOptions): SettledLog {
  const { pool, idleMilliseconds = 1_000 } = options;
  const watermark = new SettledWatermark();
  const waiters = new Set<Waiter>();
  let lookBefore: Promise<unknown> = Promise.resolve();
  let lastObserved = 0n;
  let activeAt = Date.now();
  let pendingSince: number | undefined;
  let touched = false;
  let wake: (() => void) | undefined;
  let watching = false;

  /** One after the other: an older observation that came after a newer one would settle too much. */
  const observe = (): Promise<bigint> => {
    const looking = lookBefore.then(async () => {
      const at = performance.now();
      const observation = { ...(await readWatermark(pool)), at };
      if (!watermark.observe(observation)) {
        // Whoever reads here has to show its position again, to be held against the log as it is now.
        throw new FeedRefusal('DATABASE_UNAVAILABLE', 'The log went back while it was read; ask again.');
      }
      if (observation.last !== lastObserved) {
        lastObserved = observation.last;
        activeAt = Date.now();
      }
      pendingSince = watermark.isPending ? (pendingSince ?? Date.now()) : undefined;
      return observation.last;
    });
    lookBefore = looking.catch(() => undefined);
    return looking;
  };

  const pause = (): number => {
    if (pendingSince !== undefined) {
      const { least, most } = PENDING_MILLISECONDS;
      return Math.min(most, Math.max(least, (Date.now() - pendingSince) / 2));
    }
    return Math.min(idleMilliseconds, Math.max(LEAST_IDLE_MILLISECONDS, (Date.now() - activeAt) / 4));
  };

  const watch = async (): Promise<void> => {
    while (waiters.size > 0) {
      touched = false;
      try {
        await observe();
      } catch (error) {
        for (const waiter of waiters) {
          waiter.reject(error as Error);
        }
        break;
      }
      for (const waiter of waiters) {
        if (watermark.settled > waiter.beyond) {
          waiter.resolve();
        }
      }
      if (waiters.size > 0 && !touched) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause());
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
    }
    // With no pause since the last look at the waiters: one that comes now begins a watch of its own.
    watching = false;
  };

  return {
    get settled() {
      return watermark.settled;
    },
    get settledAsOf() {
      return watermark.settledAsOf;
    },
    async look() {
      await observe();
      return watermark.settled;
    },
    async settle(signal) {
      const goal = await observe();
      while (watermark.settled < goal) {
        signal?.throwIfAborted();
        await sleep(pause());
        await observe();
      }
      return goal;
    },
    waitBeyond(sequence, signal) {
      return new Promise<void>((resolve, reject) => {
        const end = (settle: () => void): void => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', onAbort);
          settle();
        };
        const onAbort = (): void => {
          end(resolve);
          wake?.();
        };
        const waiter: Waiter = {
          beyond: sequence,
          resolve: () => end(resolve),
          reject: (error) => end(() => reject(error)),
        };
        if (signal.aborted) {
          resolve();
          return;
        }
        signal.addEventListener('abort', onAbort);
        waiters.add(waiter);
        if (!watching) {
          watching = true;
          void watch();
        }
      });
    },
    touch() {
      touched = true;
      activeAt = Date.now();
      wake?.();
    },
  };
}

async function readWatermark(
  pool: pg.Pool,
): Promise<{ readonly last: bigint; readonly holders: ReadonlyArray<string> }> {
  const { rows } = await pool.query<{ last: string; holders: ReadonlyArray<string>; standby: boolean }>(
    `SELECT w.last::text, w.holders, pg_is_in_recovery() AS standby FROM outbox_watermark('outbox_sequence') w`,
  );
  const [row] = rows;
  if (row === undefined || row.standby) {
    throw new FeedRefusal(
      'NOT_PRIMARY',
      'Events are read from the primary that takes the writes; this database is a copy of it.',
    );
  }
  return { last: BigInt(row.last), holders: row.holders };
}
