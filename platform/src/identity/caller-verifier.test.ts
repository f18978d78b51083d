import { describe, expect, it } from '@jest/globals';
import { CALLER_HEADER, createCallerVerifier, SECRET_HEADER } from './caller-verifier.js';

const secrets = new Map([
  ['router', 'the-secret-of-the-router-0123456789'],
  ['stock', 'the-secret-of-the-stock-service-012'],
]);
const verify = createCallerVerifier(secrets);
const refused = expect.objectContaining({ code: 'CALLER_REFUSED' });

describe('createCallerVerifier', () => {
  it.each([...secrets])('knows %s by its secret', (caller, secret) => {
    expect(verify({ [CALLER_HEADER]: caller, [SECRET_HEADER]: secret })).toBe(caller);
  });

  it.each<[string, Record<string, string | string[] | undefined>]>([
    ['nobody', {}],
    ['a name alone', { [CALLER_HEADER]: 'router' }],
    ['a secret alone', { [SECRET_HEADER]: secrets.get('router') }],
    ['the secret of another', { [CALLER_HEADER]: 'router', [SECRET_HEADER]: secrets.get('stock') }],
    ['a longer secret', { [CALLER_HEADER]: 'router', [SECRET_HEADER]: `${secrets.get('router')}x` }],
    ['the beginning of a secret', { [CALLER_HEADER]: 'router', [SECRET_HEADER]: 'the-secret' }],
    ['an empty secret', { [CALLER_HEADER]: 'router', [SECRET_HEADER]: '' }],
    ['a stranger with an empty secret', { [CALLER_HEADER]: 'stranger', [SECRET_HEADER]: '' }],
    ['an empty name with an empty secret', { [CALLER_HEADER]: '', [SECRET_HEADER]: '' }],
    [
      'a stranger with a good secret',
      { [CALLER_HEADER]: 'stranger', [SECRET_HEADER]: secrets.get('router') },
    ],
    ['another letter case', { [CALLER_HEADER]: 'ROUTER', [SECRET_HEADER]: secrets.get('router') }],
    ['a name of every object', { [CALLER_HEADER]: '__proto__', [SECRET_HEADER]: secrets.get('router') }],
    ['a list of secrets', { [CALLER_HEADER]: 'router', [SECRET_HEADER]: [secrets.get('router') ?? ''] }],
    ['a list of names', { [CALLER_HEADER]: ['router'], [SECRET_HEADER]: secrets.get('router') }],
  ])('refuses %s', (_case, headers) => {
    expect(() => verify(headers)).toThrow(refused);
  });

  it('lets nobody in when it knows nobody', () => {
    expect(() => createCallerVerifier(new Map())({ [CALLER_HEADER]: '', [SECRET_HEADER]: '' })).toThrow(
      refused,
    );
  });

  it('cannot be made with an empty secret', () => {
    expect(() => createCallerVerifier(new Map([['router', '']]))).toThrow(
      'The secret of the caller router is empty.',
    );
  });
});
