import type { z } from 'zod';

/** One field that breaks a rule. */
export interface InvalidField {
  /** Its place in the input, with dots: `amount.currency`. */
  readonly path: string;
  readonly message: string;
}

/** The typed refusal of an input; resolvers answer with it as `InvalidInputProblem`. */
export interface InvalidInput {
  readonly type: 'invalidInput';
  readonly fields: ReadonlyArray<InvalidField>;
}

/** What {@link validate} gives. */
export type Validated<Value> = { readonly type: 'valid'; readonly value: Value } | InvalidInput;

/**
 * Checks an input against a zod type and lists every field that breaks a rule.
 *
 * @returns the parsed value, or the refusal
 */
export function validate<Type extends z.ZodType>(type: Type, input: unknown): Validated<z.output<Type>> {
  const parsed = type.safeParse(input);
  if (parsed.success) {
    return { type: 'valid', value: parsed.data };
  }
  return invalidInput(
    parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })),
  );
}

/** Makes the refusal by hand, for rules that no type can say. */
export function invalidInput(fields: ReadonlyArray<InvalidField>): InvalidInput {
  return { type: 'invalidInput', fields };
}
