import { setTimeout as sleep } from 'node:timers/promises';

/** Tells when somebody wants the command to end. */
export interface EndRequests {
  /** Aborted at the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Resolves at the same moment. */
  readonly requested: Promise<void>;
}

/** npm passes a terminal's Ctrl-C on to a process that has got it already: one press may arrive twice. */
const SAME_PRESS_MILLISECONDS = 1_000;

/**
 * Listens for Ctrl-C, SIGTERM and SIGHUP from now on. A second Ctrl-C, more than a second after the first, ends the
 * process at once.
 */
export function listenForEnd(): EndRequests {
  const controller = new AbortController();
  let impatient = false;
  const onSignal = (): void => {
    if (impatient) {
      process.exit(130);
    }
    if (!controller.signal.aborted) {
      process.stdout.write('\nending …\n');
      controller.abort(new Error('It was ended while it started.'));
      void sleep(SAME_PRESS_MILLISECONDS, undefined, { ref: false }).then(() => (impatient = true));
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, onSignal);
  }
  // A terminal that was closed, or `| head`: there is nobody to tell any more, and the end must still be clean.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => undefined);
  }
  const requested = new Promise<void>((resolve) =>
    controller.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  return { signal: controller.signal, requested };
}
