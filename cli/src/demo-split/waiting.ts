import { setTimeout as sleep } from 'node:timers/promises';
import { runMigration } from './run-migration.js';

const PATIENCE_MILLISECONDS = 120_000;

/** Whether the stream back to the shared database runs. */
export async function isFollowed(dataFolder: string, service: string, signal: AbortSignal): Promise<boolean> {
  const { status, stdout } = await runMigration({ dataFolder, args: ['status', service, '--json'], signal });
  if (status !== 0) return false;
  const [state] = JSON.parse(stdout) as ReadonlyArray<{
    readonly reverse?: { readonly slot: string; readonly running: boolean };
  }>;
  return state?.reverse?.slot === 'usable' && state.reverse.running;
}

/**
 * Looks again and again until something has come about.
 *
 * @throws after two minutes, or the signal's reason
 */
export async function until(what: string, signal: AbortSignal, look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await look())) {
    signal.throwIfAborted();
    if (Date.now() > end) throw new Error(`It did not come about in two minutes that ${what}.`);
    await sleep(100, undefined, { signal });
  }
}
