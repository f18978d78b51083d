/** Draws that follow from a seed, so that a failed run can be repeated. */
export interface Random {
  /** A whole number of `[0, below)`. */
  below(limit: number): number;
  pick<Item>(items: ReadonlyArray<Item>): Item;
  chance(probability: number): boolean;
}

/**
 * Makes draws by mulberry32, which is small and good enough to choose test cases.
 *
 * @param seed any 32-bit number
 * @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: <Item>(items: ReadonlyArray<Item>): Item => items[below(items.length)] as Item,
    chance: (probability) => next() < probability,
  };
}
