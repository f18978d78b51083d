import { LRUCache } from 'lru-cache';

/** The name of all that have none of their own. */
export const OTHER = 'other';

const KEPT_CANDIDATES = 1_000;

/**
 * Names that clients choose, bounded in number: whoever makes up names without end gets `other` for them.
 *
 * Expected names have a place of their own. Any other name gets one of the places that are left when it has come often
 * enough, and keeps it; so a stray name takes no place from one that is used.
 */
export class BoundedNames {
  readonly #expected = new Set<string>();
  readonly #admitted = new Set<string>();
  readonly #candidates = new LRUCache<string, number>({ max: KEPT_CANDIDATES });

  /**
   * @param places for names that are not expected
   * @param uses how often such a name must come before it gets one
   */
  constructor(
    private readonly places: number,
    private readonly uses: number,
  ) {}

  /** Gives names a place of their own. */
  expect(names: Iterable<string>): void {
    for (const name of names) {
      this.#expected.add(name);
    }
  }

  /** Gives the name itself, or `other`. */
  nameFor(name: string): string {
    if (this.#expected.has(name) || this.#admitted.has(name)) {
      return name;
    }
    if (this.#admitted.size >= this.places) {
      return OTHER;
    }
    const uses = (this.#candidates.get(name) ?? 0) + 1;
    if (uses < this.uses) {
      this.#candidates.set(name, uses);
      return OTHER;
    }
    this.#candidates.delete(name);
    this.#admitted.add(name);
    return name;
  }
}
