import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition; a machine under load is given time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  milliseconds = 120_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${milliseconds / 1000} s.`);
    await sleep(20);
  }
}
