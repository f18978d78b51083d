import { z } from 'zod';

/**
 * An e-mail address, trimmed and in lower case: the form in which addresses are kept and compared.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 for the length
 */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'must be at most 254 characters')
  .pipe(z.email('must be an e-mail address, such as somebody@example.com'));
