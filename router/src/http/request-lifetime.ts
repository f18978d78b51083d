import type { ServerResponse } from 'node:http';

/** How long some work is worth doing. */
export interface Lifetime {
  /** Milliseconds until the deadline, 0 when it has passed. */
  readonly remainingMilliseconds: number;
  /** Calls `listener` when nobody waits for it any more, at once when nobody does. Gives what takes it back. */
  readonly onAbandoned: (listener: () => void) => () => void;
}

/** The work for one request is worth doing until its deadline, or until the client leaves. */
export class RequestLifetime implements Lifetime {
  readonly #endsAt: number;
  readonly #listeners = new Set<() => void>();
  #left = false;

  constructor(response: ServerResponse, timeoutMilliseconds: number) {
    this.#endsAt = performance.now() + timeoutMilliseconds;
    response.once('close', () => {
      // A response that was written whole closes too, when nothing waits any more.
      this.#left = !response.writableFinished;
      if (this.#left) {
        for (const listener of this.#listeners) {
          listener();
        }
      }
      this.#listeners.clear();
    });
  }

  /** Milliseconds until the deadline, 0 when it has passed. */
  get remainingMilliseconds(): number {
    return Math.max(this.#endsAt - performance.now(), 0);
  }

  /** Calls `listener` when the client leaves, at once when it has left. Gives what takes it back. */
  readonly onAbandoned = (listener: () => void): (() => void) => {
    if (this.#left) {
      listener();
    } else {
      this.#listeners.add(listener);
    }
    return () => this.#listeners.delete(listener);
  };
}
