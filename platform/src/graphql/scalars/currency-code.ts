import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const CODE = /^[A-Z]{3}$/;

/**
 * A code of ISO 4217, upper case. Only its form is checked here: whether the currency exists is a rule of the
 * domain, which answers with a typed result.
 *
 * @see https://www.iso.org/iso-4217-currency-codes.html
 */
export const CurrencyCode = new GraphQLScalarType<string, string>({
  name: 'CurrencyCode',
  description: 'A code of ISO 4217, such as `EUR`.',
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
  serialize: (value) => String(value),
  parseValue: (value) => parse(value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});

function parse(value: unknown): string {
  if (typeof value !== 'string' || !CODE.test(value)) {
    throw new GraphQLError('CurrencyCode must be three capital letters of ISO 4217, such as "EUR".', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  return value;
}
