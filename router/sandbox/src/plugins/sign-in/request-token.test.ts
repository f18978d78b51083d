import { describe, expect, it } from '@jest/globals';
import { readToken } from './request-token.js';

describe('readToken', () => {
  it('follows the path', () => {
    expect(readToken({ data: { enter: { pass: { text: 'abc' } } } }, 'enter.pass.text')).toBe('abc');
  });

  it('says what the answer says', () => {
    const errors = [{ message: 'Wrong password.' }, {}, { message: 'Two tries left.' }];
    expect(() => readToken({ data: null, errors }, 'enter.text')).toThrow('Wrong password. Two tries left.');
  });

  it.each([[{}], [{ data: null }], [{ data: { enter: null } }], [{ data: { enter: { text: '' } } }]])(
    'says where it looked in %j',
    (answer) => {
      expect(() => readToken(answer, 'enter.text')).toThrow('The answer has no token at data.enter.text.');
    },
  );
});
