import { DEMO_LOGINS } from './demo-logins.js';
import { SeedError } from './seed-error.js';
import type { SeedSize } from './service-seeds.js';

/** More than a machine for development has room for. */
const MOST = { users: 10_000_000, payments: 100_000_000 } as const;
const LEAST = { users: DEMO_LOGINS.length, payments: 0 } as const;

/**
 * Reads how much to generate, as it was typed or as a number.
 *
 * @throws {SeedError} that names the option and says what it may be
 */
export function readSeedSize(size: { readonly [Name in keyof SeedSize]: number | string }): SeedSize {
  return { users: readCount('users', size.users), payments: readCount('payments', size.payments) };
}

function readCount(name: keyof SeedSize, given: number | string): number {
  const count = /^\d{1,15}$/.test(String(given)) ? Number(given) : NaN;
  if (count >= LEAST[name] && count <= MOST[name]) {
    return count;
  }
  const because = name === 'users' ? ' (the demo logins are among them)' : '';
  throw new SeedError(
    `--${name} must be a whole number from ${LEAST[name]}${because} to ${MOST[name].toLocaleString('en')}, in digits alone; it was ${JSON.stringify(given)}.`,
  );
}
