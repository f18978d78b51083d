import { z } from 'zod';

/** Control characters and lone surrogates: PostgreSQL refuses some, and none belongs in what people type. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Cs}]/u;

/** With the separators that Unicode has beside the common ones. */
const LINE_BREAK = /[\n\r\u2028\u2029]/;

/**
 * A text of one line, trimmed, of 1 to `maximum` characters.
 *
 * @param maximum in Unicode code points, which PostgreSQL counts too
 */
export function line(maximum: number): z.ZodType<string, string> {
  return printable(maximum).refine((text) => !LINE_BREAK.test(text), 'must be one line');
}

/**
 * A text of any number of lines, trimmed, of 1 to `maximum` characters.
 *
 * @param maximum in Unicode code points, which PostgreSQL counts too
 */
export function paragraph(maximum: number): z.ZodType<string, string> {
  return printable(maximum);
}

function printable(maximum: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maximum, `must be at most ${maximum.toLocaleString('en')} characters`)
    .refine((text) => !UNPRINTABLE.test(text), 'must not contain control characters');
}
