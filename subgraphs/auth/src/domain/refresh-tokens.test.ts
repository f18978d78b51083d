import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createRefreshTokens, hashRefreshToken, sessionIdOf } from './refresh-tokens.js';

const tokens = createRefreshTokens('a secret that is thirty-two letters');
const others = createRefreshTokens('another secret of about that length');

describe('createRefreshTokens', () => {
  it('makes a first token that names its session and is another each time', () => {
    const id = randomUUID();
    const [one, other] = [tokens.first(id), tokens.first(id)];
    expect(sessionIdOf(one.text)).toBe(id);
    expect(one.hash).toBe(hashRefreshToken(one.text));
    expect(one.text).not.toBe(other.text);
  });

  it('makes the same successor each time, of the same session, and another under another secret', () => {
    const first = tokens.first(randomUUID());
    const next = tokens.successorOf(first.text);
    expect(tokens.successorOf(first.text)).toEqual(next);
    expect(sessionIdOf(next.text)).toBe(sessionIdOf(first.text));
    expect(tokens.successorOf(next.text).text).not.toBe(next.text);
    expect(others.successorOf(first.text).text).not.toBe(next.text);
  });

  it('recognizes every token that it made, and none that was altered, forged or made under another secret', () => {
    const first = tokens.first(randomUUID()).text;
    expect(tokens.isAuthentic(first)).toBe(true);
    expect(tokens.isAuthentic(tokens.successorOf(first).text)).toBe(true);
    const [id, bits, proof] = first.split('.') as [string, string, string];
    const forgeries = [
      `${randomUUID()}.${bits}.${proof}`,
      `${id}.${'a'.repeat(43)}.${proof}`,
      `${id}.${bits}.${'a'.repeat(43)}`,
      `${id}.${bits}`,
      others.first(id).text,
      '',
    ];
    expect(forgeries.map((forgery) => tokens.isAuthentic(forgery))).toEqual(forgeries.map(() => false));
  });
});
