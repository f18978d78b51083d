import type { ResponsePath } from '../../failures/subgraph-error.js';

/** The paths of errors as a tree: tells at every position of a walk whether an error is there or below. */
export class ErrorTrie {
  readonly #children = new Map<string | number, ErrorTrie>();
  #ends = false;

  /** Whether an error has exactly this path. */
  get hasError(): boolean {
    return this.#ends;
  }

  add(path: ResponsePath): void {
    const [head, ...rest] = path;
    if (head === undefined) {
      this.#ends = true;
      return;
    }
    const child = this.#children.get(head) ?? new ErrorTrie();
    this.#children.set(head, child);
    child.add(rest);
  }

  /** The errors at or below one more step, undefined when there are none. */
  child(step: string | number): ErrorTrie | undefined {
    return this.#children.get(step);
  }
}
