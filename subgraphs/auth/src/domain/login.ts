import { line, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { DomainContext } from './context.js';
import { openSession } from './open-session.js';
import type { InvalidCredentials, SignedIn } from './outcomes.js';
import { verifyPassword } from './password.js';

const credentials = z.object({
  email: z.string().trim().toLowerCase(),
  password: z.string(),
  deviceName: line(200).nullish(),
});

/**
 * Signs in. Answer and time are the same for an unknown address, a wrong password and an account that may not
 * be used, so that nobody learns which addresses have accounts.
 */
export async function login(
  context: DomainContext,
  input: z.input<typeof credentials>,
): Promise<SignedIn | InvalidCredentials | InvalidInput> {
  const checked = validate(credentials, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { email, password, deviceName } = checked.value;
  const found = email.includes('\0') ? null : await context.store.users.findCredentials(email);
  const matches = await verifyPassword(found?.passwordHash ?? null, password);
  if (!matches || found === null || found.user.status !== 'ACTIVE') {
    return { type: 'invalidCredentials' };
  }
  return openSession(context, { user: found.user, deviceName: deviceName ?? null });
}
