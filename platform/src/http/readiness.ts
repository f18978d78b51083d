import { describeCause } from '../errors/index.js';

/** Resolves when what a process needs is there, rejects when not. */
export type ReadinessCheck = () => Promise<unknown>;

/** What `/health/ready` answers. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly cause?: string }>>;
}

const DEADLINE_MILLISECONDS = 1_500;

/** Runs all checks side by side, each with a deadline. */
export async function readReadiness(checks: Readonly<Record<string, ReadinessCheck>>): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]): Promise<[string, { ok: boolean; cause?: string }]> => {
      try {
        await withDeadline(check());
        return [name, { ok: true }];
      } catch (error) {
        return [name, { ok: false, cause: describeCause(error) }];
      }
    }),
  );
  return { ready: results.every(([, result]) => result.ok), checks: Object.fromEntries(results) };
}

async function withDeadline(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${DEADLINE_MILLISECONDS} ms`)),
      DEADLINE_MILLISECONDS,
    );
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
