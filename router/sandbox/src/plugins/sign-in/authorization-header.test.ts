import { describe, expect, it } from '@jest/globals';
import { readBearer, withBearer, withoutBearer } from './authorization-header.js';

describe('the authorization header of a tab', () => {
  it('is put beside the other headers and replaces one written in other letters', () => {
    const text = withBearer('{ "x-trace": "1", "authorization": "Basic abc" }', 'new');
    expect(JSON.parse(text)).toEqual({ 'x-trace': '1', Authorization: 'Bearer new' });
  });

  it('is read whatever its letters', () => {
    expect(readBearer('{ "AUTHORIZATION": "bearer abc.def" }')).toBe('abc.def');
  });

  it.each([
    [''],
    ['{}'],
    ['{ "authorization": "Basic abc" }'],
    ['{ "authorization": 1 }'],
    ['[]'],
    ['{ broken'],
  ])('is absent from %j', (text) => {
    expect(readBearer(text)).toBeUndefined();
  });

  it('goes away alone', () => {
    expect(JSON.parse(withoutBearer('{ "x-trace": "1", "Authorization": "Bearer a" }'))).toEqual({
      'x-trace': '1',
    });
    expect(withoutBearer('{ "Authorization": "Bearer a" }')).toBe('');
  });

  it.each([['{ broken'], ['[1]'], ['"text"']])('never overwrites what it cannot read: %j', (text) => {
    expect(() => withBearer(text, 'a')).toThrow(/not a plain JSON object/);
    expect(() => withoutBearer(text)).toThrow(/not a plain JSON object/);
  });
});
