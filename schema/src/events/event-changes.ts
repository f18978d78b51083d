import type { EventSchema } from './event-schemas.js';

/** A change of a contract that a consumer, or an event that is still in a log, would not survive. */
export interface BreakingEventChange {
  /** `auth.user.registered/1`. */
  readonly id: string;
  /** Where in the schema: `data.email`. */
  readonly place: string;
  readonly message: string;
}

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that say something to people only. */
const DESCRIPTIVE = ['title', 'description', 'examples', '$comment', 'deprecated', '$schema'];

/**
 * Finds what breaks. Within a major version a contract may gain optional properties and better words, and nothing
 * else: consumers of the old contract read events of the new one, and consumers of the new one still read the old
 * events that lie in outboxes. Everything else is a new major version beside the old.
 *
 * @param published the contracts as consumers were last promised
 */
export function findBreakingEventChanges(
  published: ReadonlyArray<Pick<EventSchema, 'id' | 'schema'>>,
  current: ReadonlyArray<Pick<EventSchema, 'id' | 'schema'>>,
): ReadonlyArray<BreakingEventChange> {
  return published.flatMap(({ id, schema }) => {
    const now = current.find((other) => other.id === id);
    if (now === undefined) {
      return [
        { id, place: 'data', message: 'The contract is gone; consumers that listen to it hear nothing.' },
      ];
    }
    return compareSchemas(schema, now.schema, 'data').map((change) => ({ id, ...change }));
  });
}

type Change = Omit<BreakingEventChange, 'id'>;

function compareSchemas(before: unknown, after: unknown, place: string): ReadonlyArray<Change> {
  if (!isSchema(before) || !isSchema(after)) {
    return isSame(before, after) ? [] : [{ place, message: 'It is another value.' }];
  }
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords].flatMap((keyword) => {
    if (DESCRIPTIVE.includes(keyword)) {
      return [];
    }
    if (keyword === 'properties') {
      return compareProperties(toSchema(before[keyword]), toSchema(after[keyword]), place);
    }
    if (keyword === 'required') {
      return compareRequired(toNames(before[keyword]), toNames(after[keyword]), place);
    }
    if (keyword === 'items') {
      return compareSchemas(before[keyword], after[keyword], `${place}[]`);
    }
    return isSame(before[keyword], after[keyword])
      ? []
      : [
          {
            place,
            message: `"${keyword}" was ${print(before[keyword])} and is ${print(after[keyword])}.`,
          },
        ];
  });
}

function compareProperties(before: Schema, after: Schema, place: string): ReadonlyArray<Change> {
  return Object.keys(before).flatMap((name) =>
    name in after
      ? compareSchemas(before[name], after[name], `${place}.${name}`)
      : [{ place: `${place}.${name}`, message: 'The property is gone.' }],
  );
}

function compareRequired(
  before: ReadonlyArray<string>,
  after: ReadonlyArray<string>,
  place: string,
): ReadonlyArray<Change> {
  return [
    ...before
      .filter((name) => !after.includes(name))
      .map((name) => ({
        place: `${place}.${name}`,
        message: 'It is not required any more; consumers rely on it.',
      })),
    ...after
      .filter((name) => !before.includes(name))
      .map((name) => ({
        place: `${place}.${name}`,
        message: 'It is required now; events that were told before do not have it.',
      })),
  ];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toSchema(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function toNames(value: unknown): ReadonlyArray<string> {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Order of keys makes no difference, and neither do words for people inside. */
function isSame(left: unknown, right: unknown): boolean {
  return print(left) === print(right);
}

function print(value: unknown): string {
  if (value === undefined) {
    return 'absent';
  }
  return JSON.stringify(value, (_key, inner: unknown) =>
    isSchema(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([key]) => !DESCRIPTIVE.includes(key))
            .sort(([one], [other]) => one.localeCompare(other)),
        )
      : inner,
  );
}
