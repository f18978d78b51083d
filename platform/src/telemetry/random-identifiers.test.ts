import { describe, expect, it } from '@jest/globals';
import { randomHex } from './random-identifiers.js';

describe('randomHex', () => {
  it('gives as many bytes as asked for, and none twice, over many fillings of its pool', () => {
    const given = Array.from({ length: 5_000 }, (_, index) => randomHex(index % 2 === 0 ? 16 : 8));
    expect(
      given.every((hex, index) => new RegExp(`^[0-9a-f]{${index % 2 === 0 ? 32 : 16}}$`).test(hex)),
    ).toBe(true);
    expect(new Set(given.map((hex) => hex.slice(0, 16))).size).toBe(given.length);
  });
});
