import { setTimeout as sleep } from 'node:timers/promises';
import { GATE_PATH } from '@supergraph/platform/database';
import { MigrationError } from '../errors/index.js';
import { reasonOf } from '../connections/index.js';
import type { Gate } from './gate.js';

/** Beyond what a process is told to wait, for its answer to arrive. */
const ANSWER_MILLISECONDS = 500;
const ATTEMPT_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 200;
/** A process that was killed is started again within this, and takes a moment until it listens. */
const PATIENCE_MILLISECONDS = 30_000;
/** What a gate takes at most. */
const LONGEST_MILLISECONDS = 60_000;

const ADVICE: Readonly<Record<number, string>> = {
  403: ': MIGRATION_GATE_SECRET is not the GATE_SECRET that it knows',
  404: ': it has no gate; give it the address of its next database and GATE_SECRET',
};

/**
 * The gate inside the processes of a service, all of which are told. One that is being started again is waited for, except
 * while the others are held.
 *
 * @param options.urls base address of each process
 * @param options.patienceMilliseconds how long to wait for a process that does not answer. Default: 30 000
 */
export function platformGate(options: {
  readonly urls: ReadonlyArray<string>;
  readonly secret: string;
  readonly patienceMilliseconds?: number;
}): Gate {
  const { urls, secret, patienceMilliseconds = PATIENCE_MILLISECONDS } = options;
  async function tell<Answer>(
    url: string,
    order: { readonly path: string; readonly body: unknown } | undefined,
    milliseconds: number,
  ): Promise<Answer> {
    let response: Response;
    try {
      response = await fetch(`${url}${GATE_PATH}${order === undefined ? '' : `/${order.path}`}`, {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        signal: AbortSignal.timeout(Math.ceil(milliseconds)),
        ...(order === undefined ? {} : { method: 'POST', body: JSON.stringify(order.body) }),
      });
      if (response.ok) return (await response.json()) as Answer;
    } catch (error) {
      throw new NoAnswer(url, error);
    }
    if (response.status >= 500) throw new NoAnswer(url, new Error(`it answered ${response.status}`));
    throw new MigrationError(
      'GATE_FAILED',
      `The gate of ${url} did not obey: it answered ${response.status}${ADVICE[response.status] ?? ''}.`,
    );
  }
  /** Tells every process; the ones that answer do not wait for the others. */
  async function tellAll(order?: { readonly path: string; readonly body: unknown }): Promise<void> {
    const end = performance.now() + patienceMilliseconds;
    const results = await Promise.allSettled(
      urls.map(async (url) => {
        for (;;) {
          try {
            return await tell(url, order, ATTEMPT_MILLISECONDS);
          } catch (error) {
            if (!(error instanceof NoAnswer) || performance.now() >= end) throw error;
            await sleep(PAUSE_MILLISECONDS);
          }
        }
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason as Error;
  }
  return {
    prepare: () => tellAll(),
    async hold({ deadlineMilliseconds, leaseMilliseconds }) {
      const body = {
        deadlineMilliseconds: Math.min(deadlineMilliseconds, LONGEST_MILLISECONDS),
        leaseMilliseconds: Math.min(leaseMilliseconds, LONGEST_MILLISECONDS),
      };
      const results = await Promise.allSettled(
        urls.map((url) =>
          tell<{ drained: boolean; running: number }>(
            url,
            { path: 'hold', body },
            body.deadlineMilliseconds + ANSWER_MILLISECONDS,
          ),
        ),
      );
      for (const [index, result] of results.entries()) {
        if (result.status === 'rejected') throw result.reason as Error;
        if (!result.value.drained) {
          throw new MigrationError(
            'GATE_FAILED',
            `${String(urls[index])} still has ${result.value.running} transactions running after ${Math.round(body.deadlineMilliseconds)} ms.`,
          );
        }
      }
    },
    release: (side) => tellAll({ path: 'release', body: { side } }),
    close: async () => undefined,
  };
}

class NoAnswer extends MigrationError {
  constructor(url: string, error: unknown) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    super(
      'GATE_FAILED',
      `The gate of ${url} did not obey: ${reasonOf(cause)}. Is that process of the service there? ` +
        'One that is gone for good is to be taken out of the addresses of the gate. Run the command again then.',
      { cause: error },
    );
  }
}
