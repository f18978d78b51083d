import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FetchOperation } from '../execution/fetch/fetch-operation.js';

/** What a fetch asks for of its entities: the same for every plan that sends the same operation. */
export interface Selection {
  readonly id: number;
  /** Whether answers to it were ever kept for everybody, so that it is worth looking for one. */
  isKeptForAll: boolean;
  /** The same for one viewer. */
  isKeptForOne: boolean;
}

/** Selections of plans that nobody runs any more go first; what was kept for them is not found again. */
const MAXIMUM_SELECTIONS = 10_000;

/** Gives each operation that plans send a number, to be a part of keys in the place of its text. */
export class Selections {
  readonly #byText = new LRUCache<string, Selection>({ max: MAXIMUM_SELECTIONS });
  readonly #byOperation = new WeakMap<FetchOperation, Selection>();
  #last = 0;

  of(operation: FetchOperation): Selection {
    let selection = this.#byOperation.get(operation);
    if (selection === undefined) {
      selection = this.#find(operation);
      this.#byOperation.set(operation, selection);
    }
    return selection;
  }

  #find({ subgraph, text, name }: FetchOperation): Selection {
    const hash = createHash('sha256')
      .update(`${subgraph}\n${name ?? ''}\n${text}`)
      .digest('base64');
    let selection = this.#byText.get(hash);
    if (selection === undefined) {
      this.#last += 1;
      selection = { id: this.#last, isKeptForAll: false, isKeptForOne: false };
      this.#byText.set(hash, selection);
    }
    return selection;
  }
}
