import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * A moment in time: a `Date` inside, RFC 3339 in UTC with milliseconds outside.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3339
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in time: RFC 3339, UTC, milliseconds.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => {
    if (value instanceof Date && !Number.isNaN(value.getTime())) {
      return value.toISOString();
    }
    throw new GraphQLError('DateTime holds something that is not a moment.');
  },
  parseValue: (value) => parse(value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});

function parse(value: unknown): Date {
  const moment = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime())) {
    throw new GraphQLError('DateTime must be RFC 3339 with an offset, such as "2026-01-31T12:00:00Z".', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  return moment;
}
