import { DEMO_LOGINS, DEMO_PASSWORD } from './demo-logins.js';
import { seedLarge } from './large.js';
import { describeDuration, openProgressDisplay, type Output } from './progress-display.js';
import { SeedError } from './seed-error.js';
import { readSeedSize } from './seed-size.js';

/** What `supergraph seed` is told. */
export interface SeedCommand {
  /** As typed, or as a number. */
  readonly users: number | string;
  readonly payments: number | string;
  /** Removes what is there first. */
  readonly replace: boolean;
  /** Connection URL of the owner of each service's tables, by service. */
  readonly ownerUrls: Readonly<Record<string, string>>;
  /** Services whose databases are the embedded default's: only there `replace` removes the ledger. */
  readonly ownDatabases?: ReadonlyArray<string> | undefined;
  /** Gets bars when it is a terminal, plain lines otherwise. */
  readonly stdout: Output;
}

/**
 * Fills the databases with generated data and shows how it goes. Ctrl-C ends it with nothing written; a second one
 * ends the process at once, which leaves nothing written either.
 *
 * @throws {SeedError} in plain words: numbers that make no sense, tables that have rows, a database that is away, Ctrl-C
 */
export async function runSeed(command: SeedCommand): Promise<void> {
  const { replace, ownerUrls, ownDatabases, stdout } = command;
  const size = readSeedSize(command);
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new SeedError('Stopped: nothing was written.'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const display = openProgressDisplay(stdout);
  const begin = Date.now();
  try {
    const rows = await seedLarge({
      ...size,
      ownerUrls,
      ownDatabases,
      replace,
      signal: controller.signal,
      onProgress: (progress) => display.show(progress),
    });
    display.end();
    stdout.write(summarize(size, rows, Date.now() - begin));
  } finally {
    display.end();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function summarize(size: { users: number; payments: number }, rows: number, milliseconds: number): string {
  const words = (count: number): string => count.toLocaleString('en');
  const rate = Math.round((rows * 1_000) / Math.max(milliseconds, 1));
  return (
    `${words(size.users)} users and ${words(size.payments)} payments: ${words(rows)} rows ` +
    `in ${describeDuration(milliseconds)} (${words(rate)} rows/s).\n` +
    `Sign in as ${DEMO_LOGINS.map(({ email }) => email).join(', ')}; everybody's password is ${DEMO_PASSWORD}\n`
  );
}
