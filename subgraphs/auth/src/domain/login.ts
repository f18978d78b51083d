import { line, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { Credentials } from '../store/users.js';
import type { DomainContext } from './context.js';
import { openSession } from './open-session.js';
import type { InvalidCredentials, SignedIn, TooManyAttempts } from './outcomes.js';
import { hashPassword, needsRehash } from './password.js';

const credentials = z.object({
  email: z.string().trim().toLowerCase(),
  password: z.string(),
  deviceName: line(200).nullish(),
});

/**
 * Signs in. Answer and time are the same for an unknown address, a wrong password, an account that may not be used
 * and an address that is locked after too many failures, so that nobody learns which addresses have accounts.
 */
export async function login(
  context: DomainContext,
  input: z.input<typeof credentials>,
): Promise<SignedIn | InvalidCredentials | TooManyAttempts | InvalidInput> {
  const checked = validate(credentials, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { email, password, deviceName } = checked.value;
  const { found, refusal } = await lookUp(context, email);
  // Before the costly check of the password, so that a flood costs the flooder more than the server.
  if (refusal !== undefined) {
    return refusal;
  }
  const matches = await context.passwords.verify(found?.passwordHash ?? null, password);
  if (!matches || found?.user.status !== 'ACTIVE') {
    await context.lockout.count(email);
    return { type: 'invalidCredentials' };
  }
  const opened = await openSession(context, {
    user: found.user,
    passwordHash: found.passwordHash,
    deviceName: deviceName ?? null,
    unlessLocked: context.lockout.keyOf(email),
  });
  // Not before it is known that the address is not locked: the time that it takes would tell that the password was right.
  if (opened.type === 'signedIn') {
    await refreshHash(context, found, password);
  }
  return opened;
}

/** Counts the attempt and finds whose it is. */
async function lookUp(
  { rateLimits, store, client }: DomainContext,
  address: string,
): Promise<{ readonly found: Credentials | null; readonly refusal?: TooManyAttempts | undefined }> {
  // One with a NUL is nobody's and no text of PostgreSQL; neither is the empty one anybody's.
  const email = address.includes('\0') ? '' : address;
  const counter = rateLimits.counterOf('login', client.ip);
  if (counter === null) {
    return { found: await store.users.findCredentials(email) };
  }
  const { found, counted } = await store.users.findCredentialsAndCount(email, counter);
  return { found, refusal: rateLimits.refusalOf('login', counted) };
}

/** Makes a hash of older parameters anew, now that the password is at hand. */
async function refreshHash(
  { store }: DomainContext,
  { user, passwordHash }: Credentials,
  password: string,
): Promise<void> {
  if (needsRehash(passwordHash)) {
    const nextHash = await hashPassword(password);
    await store.users.rehashPassword({ userId: user.id, spentHash: passwordHash, nextHash });
  }
}
