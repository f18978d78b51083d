import { GraphQLScalarType, valueFromASTUntyped } from 'graphql';

/**
 * Any JSON value, as it is.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
