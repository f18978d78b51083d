import { GATE_PATH } from '@supergraph/platform/database';
import { MigrationError } from '../errors/index.js';
import { reasonOf } from '../connections/index.js';
import type { Gate } from './gate.js';

/** Beyond what a process is told to wait, for its answer to arrive. */
const ANSWER_MILLISECONDS = 500;
const RELEASE_MILLISECONDS = 5_000;

/**
 * The gate inside the processes of a service, all of which are told.
 *
 * @param options.urls base address of each process
 */
export function platformGate(options: {
  readonly urls: ReadonlyArray<string>;
  readonly secret: string;
}): Gate {
  const { urls, secret } = options;
  async function tell<Answer>(
    url: string,
    path: string,
    body: unknown,
    milliseconds: number,
  ): Promise<Answer> {
    try {
      const answer = await fetch(`${url}${GATE_PATH}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(Math.ceil(milliseconds)),
      });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return (await answer.json()) as Answer;
    } catch (error) {
      throw new MigrationError('GATE_FAILED', `The gate of ${url} did not obey: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }
  const release: Gate['release'] = async (side) => {
    const results = await Promise.allSettled(
      urls.map((url) => tell(url, 'release', { side }, RELEASE_MILLISECONDS)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason as Error;
  };
  return {
    async hold(wish) {
      const results = await Promise.allSettled(
        urls.map((url) =>
          tell<{ drained: boolean; running: number }>(
            url,
            'hold',
            wish,
            wish.deadlineMilliseconds + ANSWER_MILLISECONDS,
          ),
        ),
      );
      for (const [index, result] of results.entries()) {
        if (result.status === 'rejected') throw result.reason as Error;
        if (!result.value.drained) {
          throw new MigrationError(
            'GATE_FAILED',
            `${String(urls[index])} still has ${result.value.running} transactions running after ${wish.deadlineMilliseconds} ms.`,
          );
        }
      }
    },
    release,
    close: async () => undefined,
  };
}
