/** More names are not kept: what was fetched before counts as changed then. */
const MAXIMUM_NAMES = 10_000;

/**
 * Knows what of one subgraph was changed lately, so that an answer whose fetch began before a change is not kept after
 * it: the event that would have removed it has come and gone.
 */
export class ChangeLog {
  #count = 0;
  /** Anything may have changed up to here. */
  #anything = 0;
  readonly #changed = new Map<string, number>();

  /** How many changes there were: noted when a fetch begins. */
  get count(): number {
    return this.#count;
  }

  /** Something of these names was changed, or nothing that has a name. */
  note(names: ReadonlyArray<string>): void {
    this.#count += 1;
    if (this.#changed.size + names.length > MAXIMUM_NAMES) {
      this.noteAnything();
      return;
    }
    names.forEach((name) => this.#changed.set(name, this.#count));
  }

  /** Anything may have changed. */
  noteAnything(): void {
    this.#count += 1;
    this.#anything = this.#count;
    this.#changed.clear();
  }

  /** Whether nothing of these names was changed since the count was as given. */
  isUnchanged(names: ReadonlyArray<string>, since: number): boolean {
    return this.#anything <= since && names.every((name) => (this.#changed.get(name) ?? 0) <= since);
  }
}
