import { describe, expect, it } from '@jest/globals';
import { newHandle, normalizeHandle } from './handle.js';

describe('newHandle', () => {
  it.each([
    ['ada', 'ada'],
    [' Ada_1815 ', 'ada_1815'],
    ['a'.repeat(30), 'a'.repeat(30)],
    ['administrative', 'administrative'],
  ])('takes %j', (text, handle) => {
    expect(newHandle.parse(text)).toBe(handle);
  });

  it.each([
    '',
    'ab',
    'a'.repeat(31),
    '1ab',
    '_ab',
    'a-b',
    'a b',
    'ädä',
    'ada\n',
    'a\u212Aa',
    'ad\u0131',
    'ada\u0000',
  ])('refuses %j unless trimming makes it a handle', (text) => {
    expect(newHandle.safeParse(text).success).toBe(text.trim() === 'ada');
  });

  it.each(['admin', 'ADMIN', 'ad_min', 'Support_', 'root', 'system'])('refuses the reserved %j', (text) => {
    expect(newHandle.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([
      'is reserved; choose another',
    ]);
  });

  it('tells one mistake, not a second that follows from it', () => {
    expect(newHandle.safeParse('me').error?.issues).toHaveLength(1);
  });
});

describe('normalizeHandle', () => {
  it('gives the form in which handles are kept, or nothing', () => {
    expect(normalizeHandle(' ADA ')).toBe('ada');
    expect(normalizeHandle('admin')).toBe('admin');
    expect(normalizeHandle("a' OR 1=1")).toBeUndefined();
  });
});
