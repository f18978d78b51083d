import type { HttpExchange } from './http-exchange.js';
import { TransportFailure } from './transport-failure.js';

/**
 * How long one call may go on, its attempts and its waiting included: until its time is up, or until whoever asked
 * has left. One timer and no abort signal, since every fetch has one of these.
 */
export class CallDeadline {
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #forget: (() => void) | undefined;
  #exchange: HttpExchange | undefined;
  #wake: (() => void) | undefined;
  #failure: TransportFailure | undefined;

  constructor(timeoutMilliseconds: number, onAbandoned: ((abandon: () => void) => () => void) | undefined) {
    const timeout = Math.max(timeoutMilliseconds, 0);
    this.#endsAt = performance.now() + timeout;
    this.#timer = setTimeout(
      () => this.#end(new TransportFailure('late', `no answer within ${Math.round(timeout)} ms`)),
      timeout,
    );
    this.#forget = onAbandoned?.(() => this.#end(new TransportFailure('abandoned', 'the client has left')));
  }

  /** Milliseconds that are left, 0 when none are. */
  get remainingMilliseconds(): number {
    return Math.max(this.#endsAt - performance.now(), 0);
  }

  /** Throws when it has ended. */
  check(): void {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  /** Gives this exchange up when it ends. */
  readonly guard = (exchange: HttpExchange): void => {
    this.#exchange = exchange;
    if (this.#failure !== undefined) {
      exchange.abort(this.#failure);
    }
  };

  /** Waits, and throws when it ends before. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    this.check();
  }

  /** The call is over. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#forget?.();
  }

  #end(failure: TransportFailure): void {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.#exchange?.abort(failure);
      this.#wake?.();
    }
  }
}
