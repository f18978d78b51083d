import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/** What RFC 3339 can write in UTC; with its offset, what it can read reaches a day further. */
const EARLIEST = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * A moment in time: a `Date` inside, RFC 3339 in UTC with milliseconds outside. Smaller fractions are cut off. A
 * leap second is refused, since a `Date` cannot hold it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3339
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in time: RFC 3339, UTC, milliseconds.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => {
    if (value instanceof Date && value.getTime() >= EARLIEST && value.getTime() <= LATEST) {
      return value.toISOString();
    }
    throw new GraphQLError('DateTime holds something that is not a moment.');
  },
  parseValue: (value) => parse(value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});

function parse(value: unknown): Date {
  const day = typeof value === 'string' ? RFC_3339.exec(value)?.[1] : undefined;
  const moment = day !== undefined && isDayOfCalendar(day) ? new Date(value as string) : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime())) {
    throw new GraphQLError('DateTime must be RFC 3339 with an offset, such as "2026-01-31T12:00:00Z".', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  return moment;
}

/** JavaScript takes 30 February for 2 March. */
function isDayOfCalendar(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
