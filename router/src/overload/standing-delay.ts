/** How often the event loop's delay is looked at. */
const SAMPLE_MILLISECONDS = 50;
/** A pause alone, such as of a plan or of the garbage collector, is no overload: this many in a row are. */
const SAMPLES = 4;

/** Watches the event loop. */
export interface DelayWatch {
  stop(): void;
}

/**
 * Tells twenty times a second how late the event loop is: the least delay of the last four looks, in milliseconds.
 * The least and not the mean, since only a delay that stays says that more comes in than goes out.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8289 (CoDel), section 3: a standing queue is told by the minimum delay
 */
export function watchStandingDelay(tell: (delayMilliseconds: number) => void): DelayWatch {
  const delays: number[] = [];
  let expected = performance.now() + SAMPLE_MILLISECONDS;
  const timer = setInterval(() => {
    const now = performance.now();
    delays.push(Math.max(now - expected, 0));
    expected = now + SAMPLE_MILLISECONDS;
    if (delays.length > SAMPLES) {
      delays.shift();
    }
    tell(delays.length < SAMPLES ? 0 : Math.min(...delays));
  }, SAMPLE_MILLISECONDS).unref();
  return { stop: () => clearInterval(timer) };
}
