/** Retries that may be saved up: what a killed replica had in flight is sent again at once. */
const LARGEST_BALANCE = 100;
/** For subgraphs that are asked seldom. */
const FIRST_BALANCE = 10;

/**
 * Bounds retries by a share of the requests, so that a subgraph in trouble is not sent a multiple of its load: every
 * request puts a part of a retry in, every retry takes a whole one out.
 *
 * @see https://sre.google/sre-book/handling-overload/ "Deciding to retry": a budget of 10 % per client
 * @see https://finagle.github.io/blog/2016/02/08/retry-budgets/
 */
export class RetryBudget {
  #balance: number;
  readonly #share: number;

  /** @param percent how many retries a hundred requests allow; 0 for none at all */
  constructor(percent: number) {
    this.#share = percent / 100;
    this.#balance = percent === 0 ? 0 : FIRST_BALANCE;
  }

  /** A request is sent for the first time. */
  deposit(): void {
    this.#balance = Math.min(this.#balance + this.#share, LARGEST_BALANCE);
  }

  /** Takes a retry out; gives false when there is none. */
  tryTake(): boolean {
    if (this.#balance < 1) {
      return false;
    }
    this.#balance -= 1;
    return true;
  }
}

const FIRST_BACKOFF_MILLISECONDS = 20;
const LONGEST_BACKOFF_MILLISECONDS = 500;

/**
 * How long to wait before a retry, in milliseconds: anything from nothing to a bound that doubles ("full jitter"),
 * so that requests that failed together do not come back together.
 *
 * @param attempt 0 for the first retry
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMilliseconds(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(FIRST_BACKOFF_MILLISECONDS * 2 ** attempt, LONGEST_BACKOFF_MILLISECONDS);
}
