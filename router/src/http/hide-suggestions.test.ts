import { describe, expect, it } from '@jest/globals';
import { buildSchema, graphqlSync, type GraphQLFormattedError } from 'graphql';
import { hideSuggestions } from './hide-suggestions.js';

const schema = buildSchema(
  'enum Secret { INTERNAL_ONE } input In { hidden: Int } type Query { a(b: Secret, c: In): Int }',
);
const messageFor = (source: string, variableValues: Record<string, unknown>): string => {
  const [error] = graphqlSync({ schema, source, variableValues }).errors ?? [];
  if (error === undefined) {
    throw new Error('There should be an error.');
  }
  const show = (formatted: GraphQLFormattedError): GraphQLFormattedError => formatted;
  expect(error.message).toContain('Did you mean');
  return hideSuggestions(show)(error.toJSON(), error).message;
};

describe('hideSuggestions', () => {
  it.each([
    ['an enum in a variable', 'query ($b: Secret) { a(b: $b) }', { b: 'INTERNAL_ON' }, 'INTERNAL_ONE'],
    ['a field of an input in a variable', 'query ($c: In) { a(c: $c) }', { c: { hiden: 1 } }, 'hidden'],
    ['an enum in the operation', '{ a(b: INTERNAL_ON) }', {}, 'INTERNAL_ONE'],
  ])('keeps names of %s from clients', (_case, source, variables, name) => {
    const message = messageFor(source, variables);
    expect(message).not.toContain(name);
    expect(message).not.toContain('Did you mean');
    expect(message.length).toBeGreaterThan(20);
  });
});
