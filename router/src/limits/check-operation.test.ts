import { describe, expect, it } from '@jest/globals';
import { ApplicationError } from '@supergraph/platform/errors';
import { z } from 'zod';
import { OperationChecker } from './check-operation.js';
import { checkVariables } from './check-variables.js';
import { limitsVariables, readLimitsSettings } from './configuration.js';

const DEFAULTS = readLimitsSettings(z.object(limitsVariables()).parse({}));
const small = { ...DEFAULTS, depth: 3, aliases: 2, rootFields: 2, fields: 5, tokens: 40, directives: 2 };

function codeOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return error instanceof ApplicationError ? error.code : String(error);
  }
  return 'passed';
}

describe('OperationChecker', () => {
  const checker = new OperationChecker(small);
  const check = (text: string): string => codeOf(() => checker.check(text));

  it.each([
    ['three levels', '{ a { b { c } } }', 'passed'],
    ['four levels', '{ a { b { c { d } } } }', 'MAX_DEPTH_LIMIT'],
    ['four levels over a fragment', '{ a { ...F } } fragment F on T { b { c { d } } }', 'MAX_DEPTH_LIMIT'],
    ['two aliases', '{ x: a { y: b } }', 'passed'],
    ['three aliases', '{ x: a { y: b z: c } }', 'MAX_ALIASES_LIMIT'],
    ['two root fields', '{ a b }', 'passed'],
    ['three root fields', '{ a b c }', 'MAX_ROOT_FIELDS_LIMIT'],
    [
      'three root fields over fragments',
      '{ a ...F } fragment F on Query { ... { b c } }',
      'MAX_ROOT_FIELDS_LIMIT',
    ],
    ['six fields', '{ a { b c d e f } }', 'MAX_FIELDS_LIMIT'],
    ['two directives', '{ a @x { b @x } }', 'passed'],
    ['three directives', '{ a @x @x { b @x } }', 'MAX_DIRECTIVES_LIMIT'],
    ['more tokens than allowed', `{ a(b: [${'1 '.repeat(40)}]) }`, 'MAX_TOKENS_LIMIT'],
    ['levels without fields', `{ ${'... { '.repeat(12)} a ${'}'.repeat(12)} }`, 'MAX_DEPTH_LIMIT'],
    ['what is no GraphQL, which is not for it to refuse', '{ a', 'passed'],
  ])('answers to %s', (_case, text, expected) => {
    expect(check(text)).toBe(expected);
    // A text that passed is remembered, one that did not is not.
    expect(check(text)).toBe(expected);
  });

  it('refuses more nesting than a stack holds', () => {
    const patient = new OperationChecker({ ...DEFAULTS, tokens: 10_000_000 });
    const levels = 200_000;
    for (const text of [
      `${'{a'.repeat(levels)}${'}'.repeat(levels)}`,
      `{ a(b: ${'['.repeat(levels)}${']'.repeat(levels)}) }`,
      `{ ${'...{'.repeat(levels)}a${'}'.repeat(levels)} }`,
    ]) {
      expect(codeOf(() => patient.check(text))).toBe('MAX_DEPTH_LIMIT');
    }
  });
});

describe('checkVariables', () => {
  const check = (variables: unknown): string =>
    codeOf(() => checkVariables(variables, { depth: 3, variableCharacters: 100, listLength: 4 }));
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

  it.each([
    ['nothing', undefined, 'passed'],
    ['values of every kind', { a: 'text', b: [1, true, null], c: { d: {} } }, 'passed'],
    ['a long text', { a: 'x'.repeat(100) }, 'MAX_VARIABLES_LIMIT'],
    ['a long name', { ['x'.repeat(100)]: 1 }, 'MAX_VARIABLES_LIMIT'],
    ['many small values', { a: [1, 1, 1, 1], b: [1, 1, 1, 1], c: [1, 1, 1, 1] }, 'MAX_VARIABLES_LIMIT'],
    ['a long list', { a: [1, 1, 1, 1, 1] }, 'MAX_VARIABLES_LIMIT'],
    ['three levels', { a: nested(3) }, 'passed'],
    ['four levels', { a: nested(4) }, 'MAX_DEPTH_LIMIT'],
  ])('answers to %s', (_case, variables, expected) => {
    expect(check(variables)).toBe(expected);
  });

  it('refuses deep values without filling the stack', () => {
    const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(codeOf(() => checkVariables(JSON.parse(text), DEFAULTS))).toBe('MAX_DEPTH_LIMIT');
  });
});
