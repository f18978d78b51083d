import type { Logger } from '@supergraph/platform/telemetry';
import { erasureRequested } from '../events/tells.js';
import type { Store } from '../store/index.js';

/**
 * Raises an alarm for every step of an erasure that is overdue, and asks for it again: each service does its part
 * once more, which changes nothing where it was done, and tells it once more.
 *
 * @returns how many steps that were; each comes again when as much time went by as it had at first
 */
export async function remindOfErasures(store: Store, logger: Logger, now = new Date()): Promise<number> {
  const overdue = await store.inTransaction(async ({ erasureSteps, tell }) => {
    const taken = await erasureSteps.takeOverdue(now);
    const people = new Map(taken.map(({ erasureId, userId }) => [erasureId, userId]));
    await tell(
      ...[...people].map(([erasureId, userId]) => erasureRequested({ erasureId, userId }, { actor: null })),
    );
    return taken;
  });
  for (const { erasureId, service, attempts, deadline } of overdue) {
    logger.error(
      { erasureId, step: service, attempts, deadline },
      'a step of an erasure is overdue; it is asked for again',
    );
  }
  return overdue.length;
}

/** Asks again for every erasure that is under way, after events about them may have been lost. */
export async function askAgainForErasures(store: Store): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const running = await store.erasures.findRunning(after, 100);
    await store.inTransaction(({ tell }) =>
      tell(...running.map(({ id, userId }) => erasureRequested({ erasureId: id, userId }, { actor: null }))),
    );
    const last = running.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.id;
  }
}
