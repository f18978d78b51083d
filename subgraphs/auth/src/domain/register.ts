import { line, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { DomainContext } from './context.js';
import { emailAddress } from './email-address.js';
import { openSession } from './open-session.js';
import type { EmailTaken, SignedIn } from './outcomes.js';
import { hashPassword, newPassword } from './password.js';

const registration = z.object({
  email: emailAddress,
  password: newPassword,
  name: line(100),
  deviceName: line(200).nullish(),
});

/** Opens an account as CUSTOMER and signs it in. */
export async function register(
  context: DomainContext,
  input: z.input<typeof registration>,
): Promise<SignedIn | EmailTaken | InvalidInput> {
  const checked = validate(registration, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { email, password, name, deviceName } = checked.value;
  const user = await context.store.users.add({ email, name, passwordHash: await hashPassword(password) });
  // The unique index decides, not a look beforehand: two may register at the same moment.
  return user === 'emailTaken'
    ? { type: 'emailTaken' }
    : openSession(context, { user, deviceName: deviceName ?? null });
}
