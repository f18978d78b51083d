import { ApplicationError } from '@supergraph/platform/errors';
import { requireUser } from '@supergraph/platform/identity';
import { invalidInput, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { DomainContext } from './context.js';
import type { PasswordChanged, WrongPassword } from './outcomes.js';
import { hashPassword, newPassword } from './password.js';

const change = z.object({ currentPassword: z.string(), newPassword });

/**
 * Changes the viewer's own password. Every other session ends, since whoever changes a password may do so because
 * somebody else knows it. A wrong current password counts as a failed sign-in, so that a stolen access token
 * cannot be used to find out the password.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`, also when the session that asks has ended
 */
export async function changePassword(
  { viewer, store, lockout, passwords, client }: DomainContext,
  input: z.input<typeof change>,
): Promise<PasswordChanged | WrongPassword | InvalidInput> {
  const { userId, sessionId } = requireUser(viewer);
  const checked = validate(change, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const found = await store.users.findOwnCredentials({ userId, sessionId });
  if (found === null) {
    throw new ApplicationError('UNAUTHENTICATED', 'This session has ended; sign in again.');
  }
  const matches = await passwords.verify(found.passwordHash, checked.value.currentPassword);
  if (!(await lockout.decide(found.user.email, matches))) {
    return { type: 'wrongPassword' };
  }
  if (checked.value.currentPassword === checked.value.newPassword) {
    return invalidInput([{ path: 'newPassword', message: 'must not be the current password' }]);
  }
  const nextHash = await hashPassword(checked.value.newPassword);
  const changed = await store.users.replacePassword(
    { userId, spentHash: found.passwordHash, nextHash, keepSessionId: sessionId },
    client,
  );
  // Somebody else changed it, or the account was closed, since it was read.
  return changed === 'stale' ? { type: 'wrongPassword' } : { type: 'passwordChanged', ...changed };
}
