import { z } from 'zod';

/** A TCP port, 0 for any free one. */
export function portVariable(): z.ZodType<number> {
  return wholeNumberVariable({ minimum: 0, maximum: 65_535 }).describe('a TCP port');
}

/**
 * A number written in decimal digits and nothing else, so that `1e3`, `0x10` and ` 5 ` are mistakes.
 *
 * @param range both ends are allowed
 */
export function wholeNumberVariable(range: {
  readonly minimum: number;
  readonly maximum: number;
}): z.ZodType<number> {
  const { minimum, maximum } = range;
  const mistake = `must be a whole number of ${minimum} to ${maximum}, in digits`;
  return z
    .string()
    .regex(/^\d{1,15}$/, mistake)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, mistake)
    .describe(`a whole number of ${minimum} to ${maximum}`);
}

/** An absolute http(s) address without a trailing slash. */
export function urlVariable(): z.ZodType<string> {
  return z
    .string()
    .refine((text) => isHttpUrl(text), 'must be an http or https address')
    .transform((text) => text.replace(/\/+$/, ''))
    .describe('an http address');
}

/** One or more http(s) addresses, separated by commas: the replicas of one service. */
export function urlListVariable(): z.ZodType<ReadonlyArray<string>> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((urls) => urls.every(isHttpUrl), 'must be http addresses, separated by commas')
    .describe('http addresses, separated by commas');
}

/** A secret of 32 characters or more, so that it cannot be guessed. */
export function secretVariable(): z.ZodType<string> {
  return z
    .string()
    .min(32, 'must be 32 characters or longer')
    .describe('a random secret of 32 characters or more');
}

/** `true` or `false`. */
export function booleanVariable(): z.ZodType<boolean> {
  return z.enum(['true', 'false'], { message: 'must be true or false' }).transform((text) => text === 'true');
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
