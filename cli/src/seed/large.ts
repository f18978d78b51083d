import { liftCrossingKeys } from './lift-crossing-keys.js';
import { SeedError } from './seed-error.js';
import { beginSeed, type SeedProgress, type SeedTransaction } from './seed-transaction.js';
import { makeServiceSeeds, type SeedSize, type ServiceSeed } from './service-seeds.js';

/** What to fill, and how. */
export interface LargeSeedOptions extends SeedSize {
  /** Connection URL of the owner of each service's tables, by service. */
  readonly ownerUrls: Readonly<Record<string, string>>;
  /** Removes what the tables hold before; refused otherwise when they hold anything. */
  readonly replace?: boolean | undefined;
  /** Services whose databases are the embedded default's: there `replace` removes the ledger too, elsewhere never. */
  readonly ownDatabases?: ReadonlyArray<string> | undefined;
  /** Ends the work; nothing is written then. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SeedProgress) => void) | undefined;
}

/**
 * Fills auth, profile and payments with any number of users and payments, the demo logins first among them. The
 * services are filled side by side, each in one transaction, and all are committed when all were copied. The rows
 * are generated as they are sent, so memory does not grow with their number. admin is left alone: its audit log
 * cannot be replaced, and what is generated was done by nobody.
 *
 * @returns how many rows were written
 * @throws {SeedError} when a database cannot be reached, when tables hold rows and `replace` is not set, when
 *   PostgreSQL refuses a row; the signal's reason when it was aborted. Nothing was written then.
 */
export async function seedLarge(options: LargeSeedOptions): Promise<number> {
  const seeds = await makeServiceSeeds(options);
  const keys = await liftCrossingKeys(
    seeds.map(({ service }) => service),
    options.ownerUrls,
  );
  let rows: number;
  try {
    rows = await seedServices(options, seeds);
  } catch (error) {
    // Nothing was written, so they hold; why nothing was is what the caller must see.
    await keys.restore().catch(() => undefined);
    throw error;
  }
  await keys.restore();
  return rows;
}

async function seedServices(options: LargeSeedOptions, seeds: ReadonlyArray<ServiceSeed>): Promise<number> {
  const { ownerUrls, onProgress } = options;
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const transactions: SeedTransaction[] = [];
  try {
    for (const seed of seeds) {
      signal.throwIfAborted();
      const ownerUrl = ownerUrls[seed.service];
      if (ownerUrl === undefined) {
        throw new SeedError(
          `The address of ${seed.service}'s database as its owner is not known: start the system.`,
        );
      }
      transactions.push(await beginSeed(ownerUrl, seed));
    }
    await makeRoom(transactions, options, signal);
    const copied = await Promise.allSettled(
      transactions.map(async (transaction) => {
        try {
          return await transaction.copy({ signal, onProgress });
        } catch (error) {
          // The others would go on for nothing.
          failure.abort(error);
          throw error;
        }
      }),
    );
    signal.throwIfAborted();
    await commitAll(transactions);
    await Promise.all(transactions.map((transaction) => transaction.analyze()));
    return copied.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
  } catch (error) {
    if ((error as Error).name === 'AbortError') {
      options.signal?.throwIfAborted();
    }
    throw describeFailure(error);
  } finally {
    await Promise.all(transactions.map((transaction) => transaction.close()));
  }
}

async function makeRoom(
  transactions: ReadonlyArray<SeedTransaction>,
  { replace = false, ownDatabases = [] }: LargeSeedOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!replace) {
    const filled = (await Promise.all(transactions.map((transaction) => transaction.findFilled()))).flat();
    if (filled.length > 0) {
      throw new SeedError(
        `These tables have rows already: ${filled.join(', ')}. Nothing was changed. To remove all users, sessions, profiles, payments and their ledger first, add --replace.`,
      );
    }
    return;
  }
  for (const transaction of transactions) {
    signal.throwIfAborted();
    await transaction.empty({ isOwn: ownDatabases.includes(transaction.service) });
  }
}

/** From here on an abort comes too late. A server that dies between two commits leaves some services filled. */
async function commitAll(transactions: ReadonlyArray<SeedTransaction>): Promise<void> {
  const committed: string[] = [];
  for (const { service, commit } of transactions) {
    try {
      await commit();
      committed.push(service);
    } catch (error) {
      if (committed.length === 0) {
        throw error;
      }
      throw new SeedError(
        `${committed.join(' and ')} were filled, ${service} was not: ${(error as Error).message}. Run it again with --replace.`,
        { cause: error },
      );
    }
  }
}

function describeFailure(error: unknown): Error {
  if (error instanceof SeedError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new SeedError(`Nothing was written: ${message}.`, { cause: error });
}
