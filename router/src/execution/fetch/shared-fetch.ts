import type { Lifetime } from '../../http/request-lifetime.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { TransportFailure } from '../../transport/transport-failure.js';

interface Waiter {
  readonly resolve: (answer: SubgraphAnswer) => void;
  readonly reject: (reason: unknown) => void;
}

/** A fetch that several requests can wait for; it is worth doing as long as one of them does. */
export class SharedFetch implements Lifetime {
  /** Each who waits has a deadline of its own. */
  readonly remainingMilliseconds = Number.POSITIVE_INFINITY;
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<() => void>();

  /** Starts the fetch, whose lifetime this is. */
  start(fetch: Promise<SubgraphAnswer>): void {
    fetch.then(
      (answer) => this.#settle((waiter, isLast) => waiter.resolve(isLast ? answer : structuredClone(answer))),
      (reason: unknown) => this.#settle((waiter) => waiter.reject(reason)),
    );
  }

  readonly onAbandoned = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Waits for the answer, of which each who waits gets a copy of its own.
   *
   * @param timeoutMilliseconds how long the fetch itself may take
   */
  wait(lifetime: Lifetime, timeoutMilliseconds: number): Promise<SubgraphAnswer> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        forget();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (answer) => {
          end();
          resolve(answer);
        },
        reject: (reason) => {
          end();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as it came
          reject(reason);
        },
      };
      const giveUp = (failure: TransportFailure): void => {
        waiter.reject(failure);
        if (this.#waiters.size === 0) {
          this.#listeners.forEach((listener) => listener());
        }
      };
      const remaining = lifetime.remainingMilliseconds;
      const timer =
        remaining < timeoutMilliseconds
          ? setTimeout(() => giveUp(new TransportFailure('late', 'the request’s own time is up')), remaining)
          : undefined;
      let forget = (): void => undefined;
      this.#waiters.add(waiter);
      forget = lifetime.onAbandoned(() => giveUp(new TransportFailure('abandoned', 'the client has left')));
    });
  }

  #settle(tell: (waiter: Waiter, isLast: boolean) => void): void {
    const waiters = [...this.#waiters];
    // Copies are made before anybody changes the answer: whoever waits goes on only after this.
    waiters.forEach((waiter, index) => tell(waiter, index === waiters.length - 1));
  }
}
