/** How often what was asked for was kept, by subgraph and type. */
export class LookupCounts {
  readonly #counts = new Map<
    string,
    { readonly subgraph: string; readonly type: string; hits: number; misses: number }
  >();

  /** @param type of the entities, or that of the root fields */
  add(subgraph: string, type: string, hits: number, misses: number): void {
    const key = `${subgraph}/${type}`;
    const counts = this.#counts.get(key);
    if (counts === undefined) {
      this.#counts.set(key, { subgraph, type, hits, misses });
    } else {
      counts.hits += hits;
      counts.misses += misses;
    }
  }

  values(): Iterable<{
    readonly subgraph: string;
    readonly type: string;
    readonly hits: number;
    readonly misses: number;
  }> {
    return this.#counts.values();
  }
}
