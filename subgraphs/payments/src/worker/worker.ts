import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';

/** Work in the background that goes on until it is stopped. */
export interface Worker {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** How long a failed round is followed by a pause, in milliseconds, whatever the usual one is. */
const PAUSE_AFTER_FAILURE = 2_000;

/**
 * Does rounds of work with pauses between them, or none after a round that found something. A failed round, such as
 * one without a database, is told to the log and tried again.
 *
 * @param options.round gives how many things it found to do
 * @param options.pauseMilliseconds between rounds that found nothing
 */
export function startWorker(options: {
  readonly round: () => Promise<number>;
  readonly pauseMilliseconds: number;
  readonly logger: Logger;
}): Worker {
  let isStopped = false;
  let wake = (): void => undefined;
  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!isStopped) {
      try {
        const found = await options.round();
        if (found === 0 && !isStopped) {
          await pause(options.pauseMilliseconds);
        }
      } catch (error) {
        options.logger.warn(
          { cause: describeCause(error) },
          'a round of the worker failed; it is tried again',
        );
        if (!isStopped) {
          await pause(PAUSE_AFTER_FAILURE);
        }
      }
    }
  };
  const running = run();
  return {
    async stop() {
      isStopped = true;
      wake();
      await running;
    },
  };
}
