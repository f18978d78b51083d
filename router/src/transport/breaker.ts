/** When a breaker opens, and how it comes back. */
export interface BreakerSettings {
  /** Failures among the last {@link BREAKER_WINDOW} answers that open it; 0 for never. */
  readonly failures: number;
}

/**
 * `closed` lets requests through, `open` none, `half-open` one at a time, since a probe was answered.
 *
 * @see https://martinfowler.com/bliki/CircuitBreaker.html
 */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** How many of the last answers count. By number and not by time, so that a busy breaker opens within milliseconds. */
export const BREAKER_WINDOW = 20;

/** Answers before a silence as long as this say nothing about now. */
const FORGET_MILLISECONDS = 10_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 1_000;

/**
 * Keeps requests from a replica that fails: opens when too many of its last answers were failures, asks `probe`
 * after pauses of 0.1 s to 1 s whether it is back, then lets one request through at a time, and closes with the
 * first that succeeds. The pauses have jitter, so that several routers do not ask in step.
 */
export class Breaker {
  readonly #outcomes = new Uint8Array(BREAKER_WINDOW);
  #position = 0;
  #failures = 0;
  #lastAt = 0;
  #state: BreakerState = 'closed';
  #trial = false;
  #pauses = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param probe asks the replica something that costs little; rejects when it does not answer */
  constructor(
    private readonly settings: BreakerSettings,
    private readonly probe: () => Promise<unknown>,
  ) {}

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether a request may go now. */
  get admits(): boolean {
    return this.#state === 'closed' || (this.#state === 'half-open' && !this.#trial);
  }

  /** A request goes. Each must end in {@link succeeded}, {@link failed} or {@link toldNothing}. */
  begin(): void {
    if (this.#state === 'half-open') {
      this.#trial = true;
    }
  }

  succeeded(): void {
    if (this.#state === 'closed') {
      this.#record(0);
    } else if (this.#state === 'half-open') {
      this.#close();
    }
  }

  failed(): void {
    if (this.#state === 'closed') {
      this.#record(1);
      if (this.settings.failures > 0 && this.#failures >= this.settings.failures) {
        this.#open();
      }
    } else if (this.#state === 'half-open') {
      this.#open();
    }
  }

  /** It ended in a way that says nothing of the replica. */
  toldNothing(): void {
    this.#trial = false;
  }

  /** Asks nothing any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#state = 'closed';
  }

  #record(outcome: 0 | 1): void {
    const now = performance.now();
    if (now - this.#lastAt > FORGET_MILLISECONDS) {
      this.#outcomes.fill(0);
      this.#failures = 0;
    }
    this.#lastAt = now;
    this.#failures += outcome - (this.#outcomes[this.#position] ?? 0);
    this.#outcomes[this.#position] = outcome;
    this.#position = (this.#position + 1) % BREAKER_WINDOW;
  }

  #open(): void {
    this.#state = 'open';
    this.#trial = false;
    this.#probeLater();
  }

  #close(): void {
    this.#state = 'closed';
    this.#trial = false;
    this.#pauses = 0;
    this.#failures = 0;
    this.#outcomes.fill(0);
  }

  #probeLater(): void {
    const longest = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** this.#pauses, LONGEST_PAUSE_MILLISECONDS);
    this.#pauses = Math.min(this.#pauses + 1, 16);
    this.#timer = setTimeout(
      () => {
        this.probe().then(
          () => {
            if (this.#state === 'open') {
              this.#state = 'half-open';
            }
          },
          () => {
            if (this.#state === 'open') {
              this.#probeLater();
            }
          },
        );
      },
      longest / 2 + (Math.random() * longest) / 2,
    ).unref();
  }
}
