import type { EntityReference } from '@supergraph/platform/events';
import { isObject } from '../execution/data/response-object.js';

/** Under which every answer to root fields is found: it may tell of any entity. */
export const ROOT_FIELDS = '*';

/** More parts of a key than any entity has. */
const MAXIMUM_VALUES = 50;

/**
 * Gives the names by which events may mean the entity of a representation: its type, that which the answer says
 * included, with each value of its key. Values that are no part of the key only make it forgotten more often.
 *
 * @param representation as JSON
 */
export function namesOfEntity(representation: string, entity: Readonly<Record<string, unknown>>): string[] {
  const parsed: unknown = JSON.parse(representation);
  if (!isObject(parsed)) {
    return [];
  }
  const values: string[] = [];
  for (const [key, value] of Object.entries(parsed)) {
    if (key !== '__typename') {
      collectValues(value, values);
    }
  }
  const typenames = new Set([parsed['__typename'], entity['__typename']]);
  return [...typenames].flatMap((typename) =>
    typeof typename === 'string' ? values.map((id) => nameOf({ typename, id })) : [],
  );
}

/** The name of an entity in the cache. Letter case does not tell ids apart: services normalize theirs. */
export function nameOf({ typename, id }: EntityReference): string {
  return `${typename}/${id.toLowerCase()}`;
}

/** The type in a representation, which begins with it; for what is counted only. */
export function typenameOf(representation: string): string {
  const start = '{"__typename":"';
  return representation.startsWith(start)
    ? representation.slice(start.length, representation.indexOf('"', start.length))
    : 'other';
}

function collectValues(value: unknown, values: string[]): void {
  if (values.length >= MAXIMUM_VALUES || value === null) {
    return;
  }
  if (typeof value === 'object') {
    Object.values(value).forEach((part) => collectValues(part, values));
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    values.push(String(value));
  }
}
