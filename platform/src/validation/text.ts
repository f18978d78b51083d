import { z } from 'zod';

/** Control characters and lone surrogates: PostgreSQL refuses some, and none belongs in what people type. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Cs}]/u;

/**
 * A text of one line, trimmed, of 1 to `maximum` characters.
 *
 * @param maximum in UTF-16 code units
 */
export function line(maximum: number): z.ZodType<string, string> {
  return printable(maximum).refine((text) => !/[\n\r]/.test(text), 'must be one line');
}

/**
 * A text of any number of lines, trimmed, of 1 to `maximum` characters.
 *
 * @param maximum in UTF-16 code units
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
