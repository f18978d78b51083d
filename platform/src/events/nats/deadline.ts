import { setTimeout as sleep } from 'node:timers/promises';

/** How long the broker has to answer a relay. */
export const BROKER_MILLISECONDS = 5_000;

/** Waits for the broker, which the client does without an end while the connection is lost. */
export async function withDeadline(answer: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(BROKER_MILLISECONDS, undefined, { signal: timer.signal }).then(() => {
    throw new Error('the broker does not answer');
  });
  late.catch(() => undefined);
  try {
    await Promise.race([answer, late]);
  } finally {
    timer.abort();
  }
}
