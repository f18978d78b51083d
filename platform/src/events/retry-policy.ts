/** How often a handler that throws is tried, and with which pauses. */
export interface RetryPolicy {
  /** After which attempt an event is left to a person. */
  readonly attempts: number;
  /** The pause after the first attempt; each further one is twice as long. */
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
}

/** Twelve attempts within about half an hour: what passes by itself has passed by then. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  attempts: 12,
  firstPauseMilliseconds: 500,
  longestPauseMilliseconds: 5 * 60_000,
};

/**
 * Gives the pause after the given attempt, in milliseconds; null when it was the last.
 *
 * @param attempt 1 for the first
 */
export function pauseAfter(policy: RetryPolicy, attempt: number): number | null {
  return attempt >= policy.attempts
    ? null
    : Math.min(policy.longestPauseMilliseconds, policy.firstPauseMilliseconds * 2 ** (attempt - 1));
}
