import { validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { SettingType } from '../store/settings.js';

/** What a setting can be set to. */
export type SettingValue = boolean | number | string | ReadonlyArray<string>;

/** Control characters other than tabs and line ends, and lone surrogates: PostgreSQL refuses some of them. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

const VALUES: Readonly<Record<SettingType, z.ZodType<SettingValue>>> = {
  BOOLEAN: z.boolean('must be true or false'),
  INTEGER: z
    .number('must be a whole number')
    .refine(
      (value) => Number.isSafeInteger(value),
      'must be a whole number between -9,007,199,254,740,991 and 9,007,199,254,740,991',
    ),
  STRING: text(2_000),
  STRING_LIST: z
    .array(text(200).min(1, 'must not be empty'), 'must be a list of texts')
    .max(100, 'must have at most 100 texts'),
};

/**
 * Checks a value against the type of its setting.
 *
 * @returns the value, or the refusal with the place under `value`
 */
export function checkSettingValue(
  type: SettingType,
  value: unknown,
): { readonly type: 'valid'; readonly value: SettingValue } | InvalidInput {
  const checked = validate(z.object({ value: VALUES[type] }), { value });
  return checked.type === 'valid' ? { type: 'valid', value: checked.value.value } : checked;
}

/** @param maximum in UTF-16 code units */
function text(maximum: number): z.ZodString {
  return z
    .string('must be a text')
    .max(maximum, `must be at most ${maximum.toLocaleString('en')} characters`)
    .refine((value) => !UNPRINTABLE.test(value), 'must not contain control characters');
}
