import type { Logger } from '@supergraph/platform/telemetry';

/** Work that nobody waits for: it is done after the answer, so that the answer's time tells nothing of it. */
export interface Background {
  /** Does the work after what was given before; a failure goes to the log under `name`. */
  run(name: string, work: () => Promise<void>): void;
  /** Waits for all that was given. */
  idle(): Promise<void>;
}

/** More than so much waiting work is refused: a flood of it must not take the memory. */
const MAXIMUM_WAITING = 1_000;

/** Makes the background. It does one thing at a time, so that it takes one of the database's connections at most. */
export function createBackground(logger: Logger): Background {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    run(name, work) {
      if (waiting >= MAXIMUM_WAITING) {
        logger.error({ work: name }, 'there is too much to do in the background; this was left out');
        return;
      }
      waiting += 1;
      last = last
        .then(work)
        .catch((error: unknown) => logger.error({ err: error, work: name }, 'work in the background failed'))
        .finally(() => (waiting -= 1));
    },
    idle: () => last,
  };
}
