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
  // Before the costly check of the password, so that a flood costs the flooder more than the server.
  const refusal = await context.rateLimits.refuse('login', context.client.ip);
  if (refusal !== undefined) {
    return refusal;
  }
  const found = email.includes('\0') ? null : await context.store.users.findCredentials(email);
  const matches = await context.passwords.verify(found?.passwordHash ?? null, password);
  const proven = await context.lockout.decide(email, matches && found?.user.status === 'ACTIVE');
  if (!proven || found === null) {
    return { type: 'invalidCredentials' };
  }
  const passwordHash = await refreshHash(context, found, password);
  return openSession(context, { user: found.user, passwordHash, deviceName: deviceName ?? null });
}

/** Makes a hash of older parameters anew, now that the password is at hand, and gives the one that holds. */
async function refreshHash(
  { store }: DomainContext,
  { user, passwordHash }: Credentials,
  password: string,
): Promise<string> {
  if (!needsRehash(passwordHash)) {
    return passwordHash;
  }
  const nextHash = await hashPassword(password);
  const replaced = await store.users.rehashPassword({ userId: user.id, spentHash: passwordHash, nextHash });
  return replaced ? nextHash : passwordHash;
}
