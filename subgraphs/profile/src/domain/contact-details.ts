import { line } from '@supergraph/platform/validation';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import validator from 'validator';
import { z } from 'zod';

const MAXIMUM_URL_LENGTH = 2_000;

/**
 * An absolute https address of a host on the internet, normalised. A user name or password in it is refused: the
 * address is shown to others.
 *
 * @see https://url.spec.whatwg.org/
 */
export const httpsUrl: z.ZodType<string, string> = line(MAXIMUM_URL_LENGTH).transform((text, context) => {
  const isAddress =
    // The library takes `https:example.com` too.
    /^https:\/\//i.test(text) &&
    validator.isURL(text, {
      protocols: ['https'],
      require_protocol: true,
      disallow_auth: true,
      max_allowed_length: MAXIMUM_URL_LENGTH,
    });
  if (!isAddress || !URL.canParse(text)) {
    context.addIssue({
      code: 'custom',
      message: 'must be an https address without a user name, such as https://example.com/me.png',
    });
    return z.NEVER;
  }
  const { href } = new URL(text);
  // Normalising writes letters from elsewhere as three signs for each of their bytes.
  if (href.length > MAXIMUM_URL_LENGTH) {
    context.addIssue({ code: 'custom', message: 'must be at most 2,000 characters when percent-encoded' });
    return z.NEVER;
  }
  return href;
});

/**
 * A phone number with its country code, as people write it: `+49 30 123456`. It becomes E.164: `+4930123456`.
 *
 * Asked is whether the country has numbers of this length, not whether this one is given out: the library's list of
 * those is always a little older than the numbers.
 *
 * @see https://www.itu.int/rec/T-REC-E.164
 */
export const phoneNumber: z.ZodType<string, string> = line(40).transform((text, context) => {
  const parsed = parsePhoneNumberFromString(text, { extract: false });
  if (parsed === undefined || !parsed.isPossible() || parsed.ext !== undefined) {
    context.addIssue({
      code: 'custom',
      message: 'must be a phone number with its country code, such as +49 30 123456',
    });
    return z.NEVER;
  }
  return parsed.number;
});
