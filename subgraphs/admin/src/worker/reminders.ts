import { setTimeout as sleep } from 'node:timers/promises';
import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';

/** Work in the background that goes on until it is stopped. */
export interface Reminders {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Looks for overdue steps of erasures, again and again. A look that fails, such as one without a database, is told to
 * the log and the next one comes as usual.
 *
 * @param options.look one look
 */
export function startReminders(options: {
  readonly look: () => Promise<unknown>;
  readonly pauseMilliseconds: number;
  readonly logger: Logger;
}): Reminders {
  const ending = new AbortController();
  const { signal } = ending;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(options.pauseMilliseconds, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) {
        await options.look().catch((error: unknown) => {
          options.logger.warn({ cause: describeCause(error) }, 'a look for overdue steps of erasures failed');
        });
      }
    }
  };
  const running = run();
  return {
    async stop() {
      ending.abort();
      await running;
    },
  };
}
