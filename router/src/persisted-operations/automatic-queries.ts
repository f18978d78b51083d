import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const KEPT_CHARACTERS = 8_000_000;
const KEPT_OPERATIONS = 10_000;

/** Operations that clients have sent with their hash, those that were asked for last, in bounded number and size. */
export class AutomaticQueries {
  readonly #texts = new LRUCache<string, string>({
    max: KEPT_OPERATIONS,
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (text, hash) => text.length + hash.length,
  });

  /** Gives the text that was kept under a hash. */
  get(hash: string): string | undefined {
    return this.#texts.get(hash);
  }

  /** Keeps a text. */
  keep(hash: string, text: string): void {
    this.#texts.set(hash, text);
  }
}

/** Gives the SHA-256 of a text's UTF-8 in hexadecimal digits. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
