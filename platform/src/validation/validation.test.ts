import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { invalidInput, isUuid, line, paragraph, requireUuid, validate } from './index.js';

const messageOf = (type: z.ZodType, value: unknown): string | undefined => {
  const result = validate(type, value);
  return result.type === 'valid' ? undefined : result.fields[0]?.message;
};

describe('line and paragraph', () => {
  it('trim, and keep what people write in any script', () => {
    for (const type of [line(50), paragraph(50)]) {
      for (const text of [
        'Ada',
        'Åsa Öberg',
        '李小龍',
        'مريم',
        'O’Neil-Smith',
        '👩‍🚀 in space',
        'a\tb',
        '\u00a0x'.trim(),
      ]) {
        expect(validate(type, `  ${text}\u00a0\n`)).toEqual({ type: 'valid', value: text });
      }
    }
    expect(validate(paragraph(50), 'one\r\ntwo\n\nthree')).toMatchObject({ type: 'valid' });
  });

  it.each([
    'a\u0000b',
    'a\u0007b',
    'a\u001bb',
    'a\u000bb',
    'a\u007fb',
    'a\u0085b',
    'a\u009fb',
    'a\ud800',
    '\udc00b',
    '\udc00\ud800',
  ])('refuse control characters and halves of characters: %j', (text) => {
    for (const type of [line(50), paragraph(50)]) {
      expect(messageOf(type, text)).toBe('must not contain control characters');
    }
  });

  it.each(['a\nb', 'a\rb', 'a\r\nb', 'a\u2028b', 'a\u2029b'])('keep a line to one line: %j', (text) => {
    expect(messageOf(line(50), text)).toBe('must be one line');
    expect(messageOf(paragraph(50), text)).toBeUndefined();
  });

  it('hold to their length after trimming, in Unicode code points', () => {
    expect(messageOf(line(5), ' 12345 ')).toBeUndefined();
    expect(messageOf(line(5), '123456')).toBe('must be at most 5 characters');
    expect(messageOf(paragraph(1_000), 'x'.repeat(1_001))).toBe('must be at most 1,000 characters');
    expect(messageOf(line(5), '👩👩👩👩👩')).toBeUndefined();
    expect(messageOf(line(5), '👩👩👩👩👩👩')).toBe('must be at most 5 characters');
    for (const empty of ['', '   ', '\n', '\u00a0', '\ufeff']) {
      expect(messageOf(line(5), empty)).toBe('must not be empty');
    }
  });

  it('refuse what is no text', () => {
    for (const value of [7, null, undefined, {}, ['a']]) {
      expect(messageOf(line(5), value)).toBeDefined();
    }
  });
});

describe('validate', () => {
  it('gives the parsed value, or every broken rule with its place and without the value', () => {
    const type = z.object({
      name: line(5),
      amount: z.object({ currency: z.enum(['EUR']) }),
      tags: z.array(line(3)),
    });
    const good = { name: ' Ada ', amount: { currency: 'EUR' }, tags: ['a'] };
    expect(validate(type, good)).toEqual({ type: 'valid', value: { ...good, name: 'Ada' } });
    const result = validate(type, { name: '', amount: { currency: 'hunter2' }, tags: ['ok', 'hunter2'] });
    expect(result).toMatchObject({ type: 'invalidInput' });
    expect(result.type === 'invalidInput' && result.fields.map(({ path }) => path)).toEqual([
      'name',
      'amount.currency',
      'tags.1',
    ]);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('can be refused by hand', () => {
    const fields = [{ path: 'name', message: 'is taken' }];
    expect(invalidInput(fields)).toEqual({ type: 'invalidInput', fields });
  });
});

describe('requireUuid', () => {
  it.each([
    '0199aaaa-0000-7000-8000-00000000000a',
    '0199AAAA-0000-7000-8000-00000000000A',
    '00000000-0000-0000-0000-000000000000',
  ])('gives %s in lower case', (text) => {
    expect(requireUuid(text)).toBe(text.toLowerCase());
    expect(isUuid(text)).toBe(true);
  });

  it.each([
    '',
    '1',
    '0199aaaa00007000800000000000000a',
    '{0199aaaa-0000-7000-8000-00000000000a}',
    '0199aaaa-0000-7000-8000-00000000000g',
    '0199aaaa-0000-7000-8000-00000000000a\n',
    ' 0199aaaa-0000-7000-8000-00000000000a',
  ])('refuses %j, and names the argument but not the value', (text) => {
    expect(() => requireUuid(text, 'payer')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ID',
        message: '`payer` must be a UUID, as the graph gives them.',
      }),
    );
  });

  it('knows no other value for an id', () => {
    expect([undefined, null, 7, {}, ['0199aaaa-0000-7000-8000-00000000000a']].map(isUuid)).toEqual(
      Array(5).fill(false),
    );
  });
});
