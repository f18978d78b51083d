import { hash, verify } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import { z } from 'zod';

/** OWASP's parameters for argon2id (algorithm 2 of the library's enumeration): 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MINIMUM_LENGTH = 12;
/** Longer ones would let a client choose how long the server hashes. */
export const MAXIMUM_PASSWORD_LENGTH = 128;
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common']);

/**
 * A password that may be chosen: long enough, not commonly used, and not one sign or a short word over and over.
 *
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html (NIST SP 800-63B, passwords)
 */
export const newPassword = z
  .string()
  .min(MINIMUM_LENGTH, { error: `must be at least ${MINIMUM_LENGTH} characters`, abort: true })
  .max(MAXIMUM_PASSWORD_LENGTH, {
    error: `must be at most ${MAXIMUM_PASSWORD_LENGTH} characters`,
    abort: true,
  })
  .refine((password) => !isCommon(password), 'is commonly used and would be guessed; choose another');

/** Hashes a password for keeping, with a salt of its own, as a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2ID);
}

/**
 * Tells whether a password is the one that was hashed. Without a hash (an unknown account) it takes as long and
 * says no, so that the time does not tell whether the account exists.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  // What is no argon2 hash is nobody's: an account without a usable password takes as long and cannot be entered.
  const usable = passwordHash?.startsWith('$argon2') === true ? passwordHash : null;
  const matches = await verify(usable ?? (await unknownAccountHash()), password);
  return matches && usable !== null;
}

/** Tells whether a hash was made with other parameters than today's, so that it should be made anew at sign-in. */
export function needsRehash(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = ARGON2ID;
  return !passwordHash.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
}

let cachedHash: Promise<string> | undefined;
function unknownAccountHash(): Promise<string> {
  return (cachedHash ??= hashPassword('the password of nobody'));
}

function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  return COMMON_PASSWORDS.has(lower) || /^(.{1,4})\1+$/u.test(lower);
}
