import type { Lifetime } from '../http/request-lifetime.js';
import { TransportFailure } from '../transport/transport-failure.js';

interface Waiter<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** With what the entity cache may lack of the latest changes, it makes a second in all. */
const JOINABLE_MILLISECONDS = 250;

/** Work that several requests can wait for; it is worth doing as long as one of them does. */
export class SharedWork<Result> implements Lifetime {
  readonly #waiters = new Set<Waiter<Result>>();
  readonly #listeners = new Set<() => void>();
  readonly #begunAt = performance.now();

  /**
   * @param copy makes a result of its own for everybody but one of those who wait
   * @param remaining how long the work itself may take; each who waits may have a deadline of its own
   */
  constructor(
    private readonly copy: (result: Result) => Result,
    private readonly remaining: () => number = () => Number.POSITIVE_INFINITY,
  ) {}

  /** Whether somebody may join who comes now: nobody is to get what was read long before it was asked for. */
  get isJoinable(): boolean {
    return performance.now() - this.#begunAt < JOINABLE_MILLISECONDS;
  }

  get remainingMilliseconds(): number {
    return this.remaining();
  }

  /** Starts the work, whose lifetime this is. */
  start(work: Promise<Result>): void {
    work.then(
      (result) => this.#settle((waiter, isLast) => waiter.resolve(isLast ? result : this.copy(result))),
      (reason: unknown) => this.#settle((waiter) => waiter.reject(reason)),
    );
  }

  readonly onAbandoned = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Waits for the result.
   *
   * @param timeoutMilliseconds within what the work ends by itself: a deadline after that needs no watching
   * @throws {TransportFailure} when the deadline comes first, or the client leaves
   */
  wait(lifetime: Lifetime, timeoutMilliseconds: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        forget();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter<Result> = {
        resolve: (result) => {
          end();
          resolve(result);
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

  #settle(tell: (waiter: Waiter<Result>, isLast: boolean) => void): void {
    const waiters = [...this.#waiters];
    // Copies are made before anybody changes the result: whoever waits goes on only after this.
    waiters.forEach((waiter, index) => tell(waiter, index === waiters.length - 1));
  }
}
