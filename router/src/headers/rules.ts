import { z } from 'zod';
import { isReserved } from './reserved-headers.js';

const MAXIMUM_VALUE = 2_000;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header')
  .transform((name) => name.toLowerCase())
  .refine((name) => !isReserved(name), 'is the router’s own to set, or must not be passed on');

const headerValue = z
  .string()
  .min(1)
  .max(MAXIMUM_VALUE)
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

const pattern = z
  .string()
  .min(1)
  .max(200)
  .transform((text, context) => {
    try {
      return new RegExp(`^(?:${text})$`);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a regular expression' });
      return z.NEVER;
    }
  });

const subgraphs = z.array(z.string().min(1)).min(1).optional();

/** By what each kind of rule says what it does. */
const RULES = {
  /** Passes on a header of the client, under another name when `as` is given; `default` when there is none. */
  propagate: z.strictObject({
    propagate: headerName,
    as: headerName.optional(),
    default: headerValue.optional(),
    subgraphs,
  }),
  /** Passes on the client's headers whose whole name, in lower case, fits. */
  propagateMatching: z.strictObject({ propagateMatching: pattern, subgraphs }),
  /** Sets a header, whatever the client sends. */
  insert: z.strictObject({ insert: headerName, value: headerValue, subgraphs }),
  /** Takes back what rules before it have set. */
  remove: z.strictObject({ remove: headerName, subgraphs }),
};

/** What is done with headers on their way to subgraphs; to all of them when `subgraphs` is not given. */
export type HeaderRule = z.infer<(typeof RULES)[keyof typeof RULES]>;

/**
 * Reads rules from JSON.
 *
 * @throws Error that names every mistake
 */
export function parseHeaderRules(text: string): ReadonlyArray<HeaderRule> {
  const given: unknown = JSON.parse(text);
  if (!Array.isArray(given)) {
    throw new Error('it is not a list of rules');
  }
  const rules: HeaderRule[] = [];
  const mistakes: string[] = [];
  for (const [index, each] of given.entries()) {
    const shape = shapeOf(each);
    const parsed = shape?.safeParse(each);
    if (parsed?.success === true) {
      rules.push(parsed.data);
    } else {
      mistakes.push(`rule ${index + 1}: ${mistakeOf(parsed?.error)}`);
    }
  }
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('; '));
  }
  return rules;
}

/** Gives the client's headers that rules pass on by name. */
export function namedHeaders(rules: ReadonlyArray<HeaderRule>): ReadonlyArray<string> {
  return [...new Set(rules.flatMap((rule) => ('propagate' in rule ? [rule.propagate] : [])))];
}

function shapeOf(rule: unknown): z.ZodType<HeaderRule> | undefined {
  const kinds = Object.keys(RULES) as Array<keyof typeof RULES>;
  const kind = kinds.find((each) => typeof rule === 'object' && rule !== null && Object.hasOwn(rule, each));
  return kind && RULES[kind];
}

function mistakeOf(error: z.ZodError | undefined): string {
  return error === undefined
    ? `has none of ${Object.keys(RULES).join(', ')}`
    : error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join(', ');
}
