import { z } from 'zod';

/** A JSON object that a client attached. */
export type Metadata = Readonly<Record<string, unknown>>;

const MAXIMUM_LENGTH = 4_000;
/** PostgreSQL's jsonb refuses the NUL character and lone surrogates. */
// eslint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000\p{Cs}]/u;

/** A JSON object of at most 4,000 characters that PostgreSQL can keep. */
export const metadataType: z.ZodType<Metadata> = z
  .custom<Metadata>()
  .superRefine((value: unknown, context) => {
    const mistake = findMistake(value);
    if (mistake !== undefined) {
      context.addIssue({ code: 'custom', message: mistake });
    }
  });

function findMistake(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be a JSON object';
  }
  // Every level costs two characters. Looked at first, since writing a very deep value would exhaust the stack.
  if (nestsDeeperThan(value, MAXIMUM_LENGTH / 2) || JSON.stringify(value).length > MAXIMUM_LENGTH) {
    return `must be at most ${MAXIMUM_LENGTH.toLocaleString('en')} characters of JSON`;
  }
  return everyPart(value, isStorable)
    ? undefined
    : 'must not contain NUL characters, numbers without end, or a member called __proto__';
}

function nestsDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((inner) => nestsDeeperThan(inner, levels - 1));
}

function isStorable(part: unknown): boolean {
  return typeof part === 'number'
    ? Number.isFinite(part)
    : typeof part !== 'string' || !UNSTORABLE.test(part);
}

/** Looks at every value and every key, however deep. */
function everyPart(value: unknown, holds: (part: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) {
    return holds(value);
  }
  // JavaScript's own name for something else: on its way to the database such a member would silently be lost.
  return Object.entries(value).every(
    ([key, inner]) => key !== '__proto__' && holds(key) && everyPart(inner, holds),
  );
}
