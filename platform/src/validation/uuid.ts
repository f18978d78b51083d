import { ApplicationError } from '../errors/index.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Tells whether something is the text of a UUID, of any version and in any letter case. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/**
 * Gives the UUID in lower case.
 *
 * @param argument what to call it in the error
 * @throws {ApplicationError} `INVALID_ID`
 */
export function requireUuid(text: string, argument = 'id'): string {
  if (!isUuid(text)) {
    throw new ApplicationError('INVALID_ID', `\`${argument}\` must be a UUID, as the graph gives them.`);
  }
  return text.toLowerCase();
}
