import { createHmac, hkdfSync } from 'node:crypto';
import type { AttemptCounter, AttemptCounterStore, CountedAttempts } from '../store/attempt-counters.js';
import { networkOf } from './client-network.js';
import type { TooManyAttempts } from './outcomes.js';

/** What is limited. */
export type LimitedAction = 'register' | 'login' | 'requestMail';

/** How many attempts a window of time allows. */
export interface RateLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** Keeps one client from doing something too often. */
export interface RateLimits {
  /**
   * Counts an attempt of a client.
   *
   * @param ip the client's address; null, for a service that asks for itself, is not limited
   * @returns the refusal, or undefined when it may go on
   */
  refuse(action: LimitedAction, ip: string | null): Promise<TooManyAttempts | undefined>;
  /** What {@link refuse} counts, for who counts it beside something else; null where nothing is limited. */
  counterOf(action: LimitedAction, ip: string | null): AttemptCounter | null;
  /** The refusal of an attempt that was counted, or undefined when it may go on. */
  refusalOf(action: LimitedAction, counted: CountedAttempts): TooManyAttempts | undefined;
  /** Tells whether something may be done once more to one person, such as sending them a mail. */
  allows(action: string, subject: string, limit: RateLimit): Promise<boolean>;
  /** The keyed hash under which something is counted. */
  keyOf(action: string, subject: string): string;
}

/**
 * Makes the limits over a table of counters, so that all replicas of the service count together and a restart
 * forgets nothing. Windows are fixed: at their seam twice the limit may pass, which is enough against floods, and
 * one row a client is all it keeps. The table knows clients by a keyed hash only.
 *
 * @param secret from which the hash's key is derived
 */
export function createRateLimits(
  store: AttemptCounterStore,
  limits: Readonly<Record<LimitedAction, RateLimit>>,
  secret: string,
): RateLimits {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'auth attempt counters', 32));
  const hashOf = (action: string, subject: string): string =>
    createHmac('sha256', key).update(`${action}\0${subject}`).digest('base64url');
  const counterOf: RateLimits['counterOf'] = (action, ip) =>
    ip === null
      ? null
      : { keyHash: hashOf(action, networkOf(ip)), windowSeconds: limits[action].windowSeconds };
  const refusalOf: RateLimits['refusalOf'] = (action, counted) =>
    counted.attempts <= limits[action].attempts
      ? undefined
      : { type: 'tooManyAttempts', retryAfterSeconds: counted.secondsLeft };
  return {
    counterOf,
    refusalOf,
    async refuse(action, ip) {
      const counter = counterOf(action, ip);
      return counter === null ? undefined : refusalOf(action, await store.count(counter));
    },
    async allows(action, subject, { attempts, windowSeconds }) {
      return (await store.count({ keyHash: hashOf(action, subject), windowSeconds })).attempts <= attempts;
    },
    keyOf: hashOf,
  };
}
