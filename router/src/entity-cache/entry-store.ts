import { LRUCache } from 'lru-cache';

/** Something that is kept. */
export interface Entry {
  /** JSON that nobody changes: whoever takes it over makes a copy. */
  readonly value: unknown;
  /** In the milliseconds of `performance.now()`. */
  readonly expiresAt: number;
  readonly subgraph: string;
  /** The names of what it tells of, by which it is found when that changes. */
  readonly names: ReadonlyArray<string>;
  readonly bytes: number;
}

/** Objects take about this much more than their text. */
const BYTES_PER_CHARACTER = 3;
/** Of an entry and its places in the index. */
const BYTES_PER_ENTRY = 400;

/** What the cache holds, bounded in bytes: what was not asked for longest goes first. */
export class EntryStore {
  readonly #entries: LRUCache<string, Entry>;
  /** By subgraph and name, the keys of what tells of it. */
  readonly #keys = new Map<string, Map<string, Set<string>>>();

  /** @param bytes above 0 */
  constructor(bytes: number) {
    this.#entries = new LRUCache({
      maxSize: bytes,
      sizeCalculation: (entry) => entry.bytes,
      dispose: (entry, key) => this.#forget(entry, key),
    });
  }

  get entries(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  /** Gives what is kept under a key and has not expired. */
  get(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > now ? entry : undefined;
  }

  /** @param characters of the value as JSON */
  set(key: string, entry: Omit<Entry, 'bytes'>, characters: number): void {
    const bytes = BYTES_PER_ENTRY + 2 * key.length + BYTES_PER_CHARACTER * characters;
    this.#entries.delete(key);
    this.#entries.set(key, { ...entry, bytes });
    if (!this.#entries.has(key)) {
      // Larger than all that may be kept.
      return;
    }
    const names = this.#keys.get(entry.subgraph) ?? new Map<string, Set<string>>();
    this.#keys.set(entry.subgraph, names);
    for (const name of entry.names) {
      const keys = names.get(name);
      if (keys === undefined) {
        names.set(name, new Set([key]));
      } else {
        keys.add(key);
      }
    }
  }

  /** Removes what a subgraph told of something, and gives how many entries that were. */
  remove(subgraph: string, name: string): number {
    const keys = [...(this.#keys.get(subgraph)?.get(name) ?? [])];
    keys.forEach((key) => this.#entries.delete(key));
    return keys.length;
  }

  /** Removes all that a subgraph told, and gives how many entries that were. */
  removeAll(subgraph: string): number {
    const keys = new Set([...(this.#keys.get(subgraph)?.values() ?? [])].flatMap((some) => [...some]));
    keys.forEach((key) => this.#entries.delete(key));
    return keys.size;
  }

  #forget({ subgraph, names }: Entry, key: string): void {
    const all = this.#keys.get(subgraph);
    for (const name of names) {
      const keys = all?.get(name);
      keys?.delete(key);
      if (keys?.size === 0) {
        all?.delete(name);
      }
    }
  }
}
