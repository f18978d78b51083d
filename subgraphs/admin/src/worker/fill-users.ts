import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@supergraph/platform/database';
import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import { USERS_REPLICA } from '../events/replicas.js';

/** Work in the background that ends by itself. */
export interface Filling {
  /** Gives it up, and waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Fills the replica of users when its consumer begins: users from before there were events are in none. It is done
 * when the consumer has a position, which keeps the two from crossing, and tried until it succeeds.
 *
 * @param options.pool of this service's database
 * @param options.rebuild takes over all rows of the owner
 */
export function startFillingUsers(options: {
  readonly pool: Database['pool'];
  readonly rebuild: () => Promise<unknown>;
  readonly logger: Logger;
  readonly pauseMilliseconds: number;
}): Filling {
  const { pool, rebuild, logger, pauseMilliseconds } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const run = async (): Promise<void> => {
    let wasBegun: boolean | undefined;
    while (!signal.aborted) {
      try {
        const { isBegun, isEmpty } = await look(pool);
        wasBegun ??= isBegun;
        // Empty: the process that began it ended before it was done.
        if (wasBegun && !isEmpty) {
          return;
        }
        if (isBegun) {
          await rebuild();
          return;
        }
      } catch (error) {
        logger.warn(
          { cause: describeCause(error) },
          'the replica of users could not be filled; it is tried again',
        );
      }
      await sleep(pauseMilliseconds, undefined, { signal }).catch(() => undefined);
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

async function look(
  pool: Database['pool'],
): Promise<{ readonly isBegun: boolean; readonly isEmpty: boolean }> {
  const { consumer, source } = USERS_REPLICA;
  const { rows } = await pool.query<{ isBegun: boolean; isEmpty: boolean }>(
    `SELECT EXISTS (SELECT FROM consumer_positions WHERE consumer = $1 AND source = $2) AS "isBegun",
            NOT EXISTS (SELECT FROM users) AS "isEmpty"`,
    [consumer, source],
  );
  return rows[0] ?? { isBegun: false, isEmpty: true };
}
