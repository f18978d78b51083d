import { describe, expect, it } from '@jest/globals';
import type { SettingType } from '../store/settings.js';
import { checkSettingValue } from './setting-value.js';

const textsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `text ${index}`);

describe('checkSettingValue', () => {
  it.each<[SettingType, unknown]>([
    ['BOOLEAN', true],
    ['BOOLEAN', false],
    ['INTEGER', 0],
    ['INTEGER', Number.MAX_SAFE_INTEGER],
    ['INTEGER', Number.MIN_SAFE_INTEGER],
    ['STRING', ''],
    ['STRING', 'two\nlines\tand a tab 🎉'],
    ['STRING', 'x'.repeat(2_000)],
    ['STRING_LIST', []],
    ['STRING_LIST', textsOf(100)],
    ['STRING_LIST', ['x'.repeat(200)]],
  ])('takes for %s what fits (%#)', (type, value) => {
    expect(checkSettingValue(type, value)).toEqual({ type: 'valid', value });
  });

  it.each<[SettingType, unknown, string]>([
    ['BOOLEAN', 'true', 'value'],
    ['BOOLEAN', 1, 'value'],
    ['BOOLEAN', null, 'value'],
    ['INTEGER', 1.5, 'value'],
    ['INTEGER', '1', 'value'],
    ['INTEGER', Number.MAX_SAFE_INTEGER + 1, 'value'],
    ['INTEGER', Infinity, 'value'],
    ['STRING', 1, 'value'],
    ['STRING', ['text'], 'value'],
    ['STRING', 'x'.repeat(2_001), 'value'],
    ['STRING', 'a\0b', 'value'],
    ['STRING', '\ud800', 'value'],
    ['STRING_LIST', 'text', 'value'],
    ['STRING_LIST', { 0: 'text' }, 'value'],
    ['STRING_LIST', textsOf(101), 'value'],
    ['STRING_LIST', ['good', ''], 'value.1'],
    ['STRING_LIST', ['good', 2], 'value.1'],
    ['STRING_LIST', ['good', 'x'.repeat(201)], 'value.1'],
    ['STRING_LIST', ['good', 'good', '\u0007'], 'value.2'],
  ])('refuses for %s what does not fit (%#)', (type, value, path) => {
    expect(checkSettingValue(type, value)).toEqual({
      type: 'invalidInput',
      fields: [{ path, message: expect.stringMatching(/^must /) }],
    });
  });

  it('names every text of a list that breaks a rule', () => {
    expect(checkSettingValue('STRING_LIST', ['', 'good', 7])).toMatchObject({
      fields: [{ path: 'value.0' }, { path: 'value.2' }],
    });
  });
});
