import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { EventConfiguration } from '../configuration/index.js';
import { describeCause } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';
import { pruneInbox, pruneOutbox } from './retention.js';

/** How often a log is pruned. */
const PAUSE_MILLISECONDS = 600_000;
/** A consumer that was not here for a day is reported. */
const AWAY_MILLISECONDS = 86_400_000;
/** Twice as long as the sources keep their events: one that may come again must be known. */
const INBOX_FACTOR = 2;

/**
 * Prunes a service's outbox and inbox from time to time. Replicas of a service may all do so: what one has removed
 * the other does not find. A consumer that stays away is reported as an error each time, since it holds the log up.
 */
export function startRetention(options: {
  readonly pool: pg.Pool;
  readonly configuration: EventConfiguration;
  readonly logger: Logger;
  readonly pauseMilliseconds?: number;
}): { stop(): Promise<void> } {
  const { pool, configuration, logger, pauseMilliseconds = PAUSE_MILLISECONDS } = options;
  const ending = new AbortController();
  const { signal } = ending;

  const prune = async (): Promise<void> => {
    const { removed, away } = await pruneOutbox(pool, {
      keepMilliseconds: configuration.keepMilliseconds,
      awayMilliseconds: AWAY_MILLISECONDS,
      expectedConsumers: configuration.consumers,
    });
    for (const { name, seenAt, behind } of away) {
      logger.error(
        { consumer: name, seenAt, behind: behind.toString() },
        'a consumer of events stays away; what it has not read is kept',
      );
    }
    const forgotten = await pruneInbox(pool, configuration.keepMilliseconds * INBOX_FACTOR);
    if (removed > 0 || forgotten > 0) {
      logger.info({ removed, forgotten }, 'events that everybody has read were removed');
    }
  };

  const run = async (): Promise<void> => {
    // Replicas that start together do not prune together.
    await pause(pauseMilliseconds * (0.5 + Math.random() / 2));
    while (!signal.aborted) {
      await prune().catch((error: unknown) => {
        logger.warn({ cause: describeCause(error) }, 'events could not be pruned; they stay for now');
      });
      await pause(pauseMilliseconds);
    }
  };
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);

  const running = run();
  return {
    async stop() {
      ending.abort();
      await running;
    },
  };
}
