import { ApplicationError } from '@supergraph/platform/errors';
import type { OperationLimits } from './limits.js';

/** What a number, a truth value or null counts as. */
const PLAIN_VALUE = 8;

/**
 * Refuses variables that are too large: what coerces and writes them is recursive, and takes its time.
 *
 * @throws {ApplicationError} `MAX_VARIABLES_LIMIT` or `MAX_DEPTH_LIMIT`
 */
export function checkVariables(
  variables: unknown,
  limits: Pick<OperationLimits, 'depth' | 'variableCharacters' | 'listLength'>,
): void {
  if (typeof variables !== 'object' || variables === null) {
    return;
  }
  let left = limits.variableCharacters;
  const take = (characters: number): void => {
    left -= characters;
    if (left < 0) {
      throw tooLarge(`The variables have more than ${limits.variableCharacters} characters`);
    }
  };
  const check = (value: unknown, level: number): void => {
    if (typeof value === 'string') {
      return take(value.length);
    }
    take(PLAIN_VALUE);
    if (typeof value !== 'object' || value === null) {
      return;
    }
    if (level > limits.depth) {
      throw new ApplicationError(
        'MAX_DEPTH_LIMIT',
        `The variables nest deeper than ${limits.depth} levels; send flatter values.`,
      );
    }
    if (Array.isArray(value)) {
      if (value.length > limits.listLength) {
        throw tooLarge(`A list in the variables has more than ${limits.listLength} values`);
      }
      for (const element of value) {
        check(element, level + 1);
      }
      return;
    }
    for (const key of Object.keys(value)) {
      take(key.length);
      check((value as Record<string, unknown>)[key], level + 1);
    }
  };
  check(variables, 0);
}

function tooLarge(message: string): ApplicationError {
  return new ApplicationError('MAX_VARIABLES_LIMIT', `${message}; send fewer at once.`);
}
