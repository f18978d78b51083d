import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimitRule } from './rules.js';

/** Callers that one rule counts at a time. With more of them the one that asked longest ago starts anew. */
const COUNTED_CALLERS = 50_000;

/** Where a caller stands with a rule. */
export interface Standing {
  readonly isOver: boolean;
  readonly remaining: number;
  /** Until the window ends, rounded up. */
  readonly seconds: number;
}

/** Counts the requests that one rule is for, in bounded memory. */
export class Counter {
  readonly #limiter: RateLimiterMemory;
  readonly #callers: LRUCache<string, true>;

  constructor(rule: Pick<RateLimitRule, 'requests' | 'seconds'>, countedCallers = COUNTED_CALLERS) {
    const limiter = new RateLimiterMemory({ points: rule.requests, duration: rule.seconds });
    this.#limiter = limiter;
    this.#callers = new LRUCache({
      max: countedCallers,
      dispose: (_counted, caller, reason) => {
        if (reason === 'evict') {
          void limiter.delete(caller);
        }
      },
    });
  }

  /** Counts one request of a caller. */
  async count(caller: string): Promise<Standing> {
    this.#callers.set(caller, true);
    try {
      return toStanding(await this.#limiter.consume(caller), false);
    } catch (error) {
      if (error instanceof RateLimiterRes) {
        return toStanding(error, true);
      }
      throw error;
    }
  }
}

function toStanding({ remainingPoints, msBeforeNext }: RateLimiterRes, isOver: boolean): Standing {
  return { isOver, remaining: remainingPoints, seconds: Math.max(Math.ceil(msBeforeNext / 1_000), 1) };
}
