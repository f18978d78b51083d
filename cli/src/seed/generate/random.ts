/** What a sequence of random numbers is for: each topic has its own, so that one more draw in one changes no other. */
export const TOPICS = {
  user: 1,
  userId: 2,
  joining: 3,
  profile: 4,
  profileId: 5,
  payment: 6,
  paymentId: 7,
  transitionId: 8,
  idempotencyKey: 9,
  providerReference: 10,
  name: 11,
  region: 12,
  trade: 13,
} as const;

export type Topic = keyof typeof TOPICS;

/**
 * Random numbers that are the same each time: those of row `index` follow from nothing but the topic and the index.
 * Integer arithmetic, so that they are the same on every machine. Not for secrets.
 *
 * @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32)
 */
export class Random {
  #state: number;

  constructor(topic: Topic, index: number) {
    this.#state = mix(topic, index);
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, at least `from`, less than `below`. */
  between(from: number, below: number): number {
    return from + Math.floor(this.next() * (below - from));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: ReadonlyArray<Item>): Item {
    const item = items[this.between(0, items.length)];
    if (item === undefined) {
      throw new RangeError('There is nothing to pick from.');
    }
    return item;
  }
}

/**
 * Spreads an index over the 32-bit numbers, one to one for each topic: two indexes never give the same number.
 *
 * @param index a whole number less than 2³²
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp (fmix32)
 */
export function mix(topic: Topic, index: number): number {
  let value = (index ^ Math.imul(TOPICS[topic], 0x9e3779b1)) | 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
