import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationError } from '../errors/index.js';

/**
 * Asks again and again until there is an answer.
 *
 * @param ask gives undefined for "not yet"
 * @param options.milliseconds how long at most; without end when not given
 * @throws {MigrationError} `TIMED_OUT` with `options.what`
 */
export async function waitUntil<Answer>(
  ask: () => Promise<Answer | undefined>,
  options: { readonly what: string; readonly milliseconds?: number; readonly pauseMilliseconds?: number },
): Promise<Answer> {
  const begin = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (options.milliseconds !== undefined && performance.now() - begin >= options.milliseconds) {
      throw new MigrationError('TIMED_OUT', `${options.what} within ${options.milliseconds} ms.`);
    }
    await sleep(options.pauseMilliseconds ?? 100);
  }
}
