import { describe, expect, it } from '@jest/globals';
import { checkConfiguration } from './load-configuration.js';

const complete = {
  title: 'A graph',
  endpoint: '/graphql',
  subgraphs: [],
  logins: [],
  examples: [],
  ownership: { types: [] },
};

describe('checkConfiguration', () => {
  it('gives a complete document back', () => {
    expect(checkConfiguration(complete)).toEqual(complete);
  });

  it('names everything that is missing', () => {
    expect(() => checkConfiguration({ ...complete, endpoint: undefined, ownership: {} })).toThrow(
      /lacks endpoint, ownership\.types/,
    );
  });

  it.each([[null], ['text'], [[]]])('refuses %j', (value) => {
    expect(() => checkConfiguration(value)).toThrow(/lacks title/);
  });
});
