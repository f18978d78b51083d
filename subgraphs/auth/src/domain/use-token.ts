import { validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { DomainContext } from './context.js';
import type { EmailVerified, InvalidToken, PasswordReset } from './outcomes.js';
import { hashPassword, newPassword } from './password.js';
import { hashSingleUseToken } from './single-use-token.js';

/** Marks an address as verified by the token that a mail brought there. */
export async function verifyEmail(
  { store, client }: DomainContext,
  input: { readonly token: string },
): Promise<EmailVerified | InvalidToken> {
  const user = await store.singleUseTokens.verifyEmail(hashSingleUseToken(input.token), client);
  return user === null ? { type: 'invalidToken' } : { type: 'emailVerified', user };
}

const reset = z.object({ token: z.string(), newPassword });

/** Sets a password anew by the token that a mail brought, ends every session, and opens a locked address. */
export async function resetPassword(
  { store, lockout, client }: DomainContext,
  input: z.input<typeof reset>,
): Promise<PasswordReset | InvalidToken | InvalidInput> {
  const checked = validate(reset, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const tokenHash = hashSingleUseToken(checked.value.token);
  // A look beforehand saves the costly hash for nothing; what decides is the use in the transaction.
  if (!(await store.singleUseTokens.isGood(tokenHash, 'PASSWORD_RESET'))) {
    return { type: 'invalidToken' };
  }
  const passwordHash = await hashPassword(checked.value.newPassword);
  const user = await store.singleUseTokens.resetPassword({ tokenHash, passwordHash }, client);
  if (user === null) {
    return { type: 'invalidToken' };
  }
  await lockout.unlock(user.email);
  return { type: 'passwordReset' };
}
