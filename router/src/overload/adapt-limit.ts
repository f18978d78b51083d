/** Fewer at once would not use the time in which subgraphs are waited for. */
const LEAST = 32;
/** A standing delay of the event loop above this says that the process has more to do than it can. */
const TARGET_DELAY_MILLISECONDS = 200;

/**
 * Gives how many requests may be under way from now on: a tenth less when the event loop is late all the time, and
 * more by and by when it is not and the limit is what holds requests up.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5681 section 3.1, additive increase and multiplicative decrease
 */
export function adaptLimit(state: {
  /** How many may be under way now. */
  readonly limit: number;
  /** What the limit never exceeds. */
  readonly maximum: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly standingDelayMilliseconds: number;
}): number {
  const { limit, maximum, inFlight, waiting, standingDelayMilliseconds } = state;
  if (standingDelayMilliseconds > TARGET_DELAY_MILLISECONDS) {
    return Math.max(Math.min(LEAST, maximum), Math.floor(Math.min(limit, Math.max(inFlight, 1)) * 0.9));
  }
  const isTight = waiting > 0 || inFlight >= limit / 2;
  // Where it is not tight it grows too, or a quiet hour would begin the next busy one with a small limit.
  return Math.min(maximum, limit + (isTight ? Math.max(1, Math.ceil(limit / 50)) : 10));
}
