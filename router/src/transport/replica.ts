import { Pool } from 'undici';
import { Breaker, type BreakerSettings, type BreakerState } from './breaker.js';
import { HttpExchange, type Exchange } from './http-exchange.js';
import type { TransportFailure } from './transport-failure.js';

/** Answers larger than this are refused: they would have to lie in memory whole. */
const MAXIMUM_ANSWER_BYTES = 10 * 1024 * 1024;
/** Shorter than the 30 s for which servers keep idle connections, so that no request meets a closing one. */
const IDLE_MILLISECONDS = 15_000;
const CONNECT_MILLISECONDS = 1_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5_000;
/** Longer than a process takes between its first word that it ends and its end. */
const ENDING_MILLISECONDS = 5_000;

/** What a replica is made of. */
export interface ReplicaOptions {
  readonly connections: number;
  readonly breaker: BreakerSettings;
  /** Asks it something that costs little; rejects when it does not answer. */
  readonly probe: (replica: Replica) => Promise<unknown>;
}

/**
 * One process of a subgraph, with its kept connections and its breaker.
 *
 * A replica that refuses connections is set aside for a pause that doubles from 0.1 s to 5 s, and one that says that
 * it closes its connections for 5 s: as long as there are others, they are asked. After the pause one request tries
 * it, and while that one waits the others go elsewhere.
 */
export class Replica {
  readonly url: string;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #breaker: Breaker;
  #inFlight = 0;
  #refusals = 0;
  #asideUntil = 0;

  constructor(url: string, { connections, breaker, probe }: ReplicaOptions) {
    const { origin, pathname, search } = new URL(url);
    this.url = url;
    this.#path = `${pathname}${search}`;
    this.#breaker = new Breaker(breaker, () => probe(this));
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: IDLE_MILLISECONDS,
      keepAliveMaxTimeout: IDLE_MILLISECONDS,
      connect: { timeout: CONNECT_MILLISECONDS },
      maxResponseSize: MAXIMUM_ANSWER_BYTES,
      // Whoever asks has a deadline of its own that covers all attempts.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Requests that wait for this replica's answer. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether it refused the last connection, or fails too often to be asked. */
  get isAway(): boolean {
    return this.#refusals > 0 || this.#breaker.state !== 'closed';
  }

  /** When the pause of a replica that was set aside ends, in the milliseconds of `performance.now()`. */
  get asideUntil(): number {
    return this.#asideUntil;
  }

  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  /** Whether its breaker lets a request through now. */
  get admits(): boolean {
    return this.#breaker.admits;
  }

  /**
   * Sends one POST of a request and reads the whole answer. It must be followed by {@link judge}.
   *
   * @param onSent gets what gives the request up
   * @throws {TransportFailure}
   */
  async post(
    headers: Readonly<Record<string, string>>,
    body: string,
    onSent: (exchange: HttpExchange) => void,
  ): Promise<Exchange> {
    this.#inFlight += 1;
    this.#breaker.begin();
    if (this.#refusals > 0) {
      this.#asideUntil = performance.now() + CONNECT_MILLISECONDS;
    }
    try {
      const answer = await this.send(headers, body, onSent);
      this.#accepted(answer.closes);
      return answer;
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Sends one POST that counts for nothing, such as a probe's. */
  send(
    headers: Readonly<Record<string, string>>,
    body: string,
    onSent: (exchange: HttpExchange) => void,
  ): Promise<Exchange> {
    const exchange = new HttpExchange();
    onSent(exchange);
    this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body }, exchange);
    return exchange.answer;
  }

  /**
   * Takes what came of a request into account.
   *
   * @param failure undefined for a GraphQL response
   * @param gaveTime whether it had the time that a request of its kind usually has
   */
  judge(failure: TransportFailure | undefined, gaveTime: boolean): void {
    if (failure === undefined) {
      this.#breaker.succeeded();
    } else if (failure.kind === 'abandoned' || (failure.kind === 'late' && !gaveTime)) {
      this.#breaker.toldNothing();
    } else {
      this.#breaker.failed();
      if (failure.kind === 'unreachable') {
        this.#refused();
      }
    }
  }

  /** Ends idle connections, and the others when their requests have ended. */
  async close(): Promise<void> {
    this.#breaker.stop();
    await this.#pool.close();
  }

  #accepted(closes: boolean): void {
    this.#refusals = 0;
    this.#asideUntil = closes ? performance.now() + ENDING_MILLISECONDS : 0;
  }

  #refused(): void {
    const pause = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** this.#refusals, LONGEST_PAUSE_MILLISECONDS);
    this.#refusals = Math.min(this.#refusals + 1, 16);
    this.#asideUntil = performance.now() + pause;
  }
}
