import { z } from 'zod';

const listOfNames = z.array(z.string().min(1)).min(1).optional();

const ruleShape = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be lower-case letters, digits and dashes'),
  /** How many requests are let through in the window. */
  requests: z.number().int().min(1).max(1_000_000_000),
  /** How long the window is, from its first request. */
  seconds: z.number().int().min(1).max(86_400),
  /** Names of operations that it is for. */
  operations: listOfNames,
  /** Root fields of which an operation must ask at least one. */
  fields: listOfNames,
  /** The type of operation that it is for. */
  type: z.enum(['query', 'mutation']).optional(),
  /** Whom it is for: those who are signed in, those who are not, or both. */
  callers: z.enum(['all', 'authenticated', 'anonymous']).default('all'),
});

/** How many requests of one caller are let through. */
export type RateLimitRule = z.infer<typeof ruleShape>;

const rulesShape = z
  .array(ruleShape)
  .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'two rules have one name');

/**
 * Reads rules from JSON.
 *
 * @throws Error that names every mistake
 */
export function parseRateLimitRules(text: string): ReadonlyArray<RateLimitRule> {
  const parsed = rulesShape.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues
        .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
        .join('; '),
    );
  }
  return parsed.data;
}
