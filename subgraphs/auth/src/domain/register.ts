import { ApplicationError } from '@supergraph/platform/errors';
import { line, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import { sendAccountMail } from './account-mails.js';
import type { DomainContext } from './context.js';
import { emailAddress } from './email-address.js';
import { openSession } from './open-session.js';
import type { EmailTaken, RegistrationClosed, SignedIn, TooManyAttempts } from './outcomes.js';
import { hashPassword, newPassword } from './password.js';
import { toAccountSettings } from './settings.js';

const registration = z.object({
  email: emailAddress,
  password: newPassword,
  name: line(100),
  deviceName: line(200).nullish(),
});

/**
 * Opens an account as CUSTOMER and signs it in. It tells that an address is taken, so one client may not try many. While an ADMIN
 * keeps registration closed nobody registers, and nothing is told of any address.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` when the account was changed by somebody else before it was signed in
 */
export async function register(
  context: DomainContext,
  input: z.input<typeof registration>,
): Promise<SignedIn | EmailTaken | RegistrationClosed | TooManyAttempts | InvalidInput> {
  const checked = validate(registration, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  if (!toAccountSettings(await context.store.settings.read()).isRegistrationOpen) {
    return { type: 'registrationClosed' };
  }
  const refusal = await context.rateLimits.refuse('register', context.client.ip);
  if (refusal !== undefined) {
    return refusal;
  }
  const { email, password, name, deviceName } = checked.value;
  const passwordHash = await hashPassword(password);
  const user = await context.store.users.add({ email, name, passwordHash }, context.client);
  // The unique index decides, not a look beforehand: two may register at the same moment.
  if (user === 'emailTaken') {
    return { type: 'emailTaken' };
  }
  const opened = await openSession(context, { user, passwordHash, deviceName: deviceName ?? null });
  if (opened.type === 'invalidCredentials') {
    throw new ApplicationError(
      'UNAUTHENTICATED',
      'The account was opened and changed at once; sign in to it.',
    );
  }
  sendAccountMail(context, 'EMAIL_VERIFICATION', user.email);
  return opened;
}
