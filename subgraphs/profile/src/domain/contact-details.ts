import { line } from '@supergraph/platform/validation';
import { z } from 'zod';

const MAXIMUM_URL_LENGTH = 2_000;

/**
 * An absolute https address, normalised. A user name or password in it is refused: the address is shown to others.
 *
 * @see https://url.spec.whatwg.org/
 */
export const httpsUrl: z.ZodType<string, string> = line(MAXIMUM_URL_LENGTH).transform((text, context) => {
  const url = /^https:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    context.addIssue({
      code: 'custom',
      message: 'must be an https address, such as https://example.com/me.png',
    });
    return z.NEVER;
  }
  if (url.username !== '' || url.password !== '') {
    context.addIssue({ code: 'custom', message: 'must not contain a user name or a password' });
    return z.NEVER;
  }
  // Normalising writes letters from elsewhere as three signs for each of their bytes.
  if (url.href.length > MAXIMUM_URL_LENGTH) {
    context.addIssue({ code: 'custom', message: 'must be at most 2,000 characters when percent-encoded' });
    return z.NEVER;
  }
  return url.href;
});

/**
 * A phone number in international form.
 *
 * @see https://www.itu.int/rec/T-REC-E.164 (at most 15 digits, no country code begins with 0)
 */
export const phoneNumber = z
  .string()
  .trim()
  .regex(/^\+[1-9]\d{7,14}$/, 'must be a plus sign and 8 to 15 digits, such as +4930123456');
