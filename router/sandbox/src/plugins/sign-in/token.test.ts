import { describe, expect, it } from '@jest/globals';
import { describeExpiry, describeToken } from './token.js';

function tokenWith(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

describe('describeToken', () => {
  it('reads the bearer and the expiry, in any alphabet', () => {
    expect(describeToken(tokenWith({ email: 'zoë?>@example.com', sub: '7', exp: 1_900_000_000 }))).toEqual({
      bearer: 'zoë?>@example.com',
      expiresAt: new Date('2030-03-17T17:46:40Z'),
    });
    expect(describeToken(tokenWith({ sub: '7' }))).toEqual({ bearer: '7' });
  });

  it.each([
    ['opaque'],
    ['a.b.c'],
    ['a.%%%.c'],
    [''],
    [tokenWith(null)],
    [tokenWith({ exp: 'soon', sub: 7 })],
  ])('describes nothing of %j', (token) => {
    expect(describeToken(token)).toEqual({});
  });
});

describe('describeExpiry', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  it.each([
    [1, 'expires in 1 second'],
    [840, 'expires in 14 minutes'],
    [7200, 'expires in 2 hours'],
    [864_000, 'expires in 10 days'],
    [0, 'expired 0 seconds ago'],
    [-600, 'expired 10 minutes ago'],
  ])('%d seconds from now: %s', (seconds, words) => {
    expect(describeExpiry(new Date(now.getTime() + seconds * 1000), now)).toBe(words);
  });
});
