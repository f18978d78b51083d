import { z } from 'zod';
import { isReservedHandle } from './reserved-handles.js';

// Without the `u` flag, so that letters from elsewhere whose lower case is a plain one (the Kelvin sign) do not pass.
const HANDLE = /^[a-z][a-z0-9_]{2,29}$/i;

/**
 * Gives a handle in the form in which it is kept and compared: lower case.
 *
 * @returns undefined when the text is no handle at all
 */
export function normalizeHandle(text: string): string | undefined {
  const trimmed = text.trim();
  return HANDLE.test(trimmed) ? trimmed.toLowerCase() : undefined;
}

/** A handle that may be chosen, normalised. */
export const newHandle: z.ZodType<string, string> = z
  .string()
  .trim()
  .regex(HANDLE, {
    error: 'must be 3 to 30 letters, digits or underscores and begin with a letter',
    abort: true,
  })
  .toLowerCase()
  .refine((handle) => !isReservedHandle(handle), 'is reserved; choose another');
