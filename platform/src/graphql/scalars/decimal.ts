import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;

/**
 * An exact decimal number: a string inside and outside, since a float cannot hold `0.1`. Numbers without a
 * fraction are taken too, as long as JavaScript holds them exactly.
 */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number, written as a string such as "12.50"; never a float.',
  specifiedByURL: 'https://en.wikipedia.org/wiki/Decimal',
  serialize: (value) => {
    const text = String(value);
    if (!DECIMAL.test(text)) {
      throw new GraphQLError('Decimal holds something that is not a plain decimal number.');
    }
    return text;
  },
  parseValue: (value) => parse(Number.isSafeInteger(value) ? String(value) : value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING || node.kind === Kind.INT ? node.value : undefined),
});

function parse(value: unknown): string {
  if (typeof value !== 'string' || !DECIMAL.test(value)) {
    throw new GraphQLError('Decimal must be a string of digits with an optional fraction, such as "12.50".', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  return value;
}
