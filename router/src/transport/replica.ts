import { Pool } from 'undici';

/** Answers larger than this are refused: they would have to lie in memory whole. */
const MAXIMUM_ANSWER_BYTES = 10 * 1024 * 1024;
/** Shorter than the 30 s for which servers keep idle connections, so that no request meets a closing one. */
const IDLE_MILLISECONDS = 15_000;
const CONNECT_MILLISECONDS = 1_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** What a replica sent. */
export interface Exchange {
  readonly status: number;
  readonly text: string;
  /** Its `Set-Cookie` headers. */
  readonly cookies: ReadonlyArray<string>;
}

/**
 * One process of a subgraph, with its kept connections.
 *
 * A replica that refuses connections is set aside for a pause that doubles from 0.1 s to 5 s. After the pause
 * one request tries it, and while that one waits the others go elsewhere.
 */
export class Replica {
  readonly url: string;
  readonly #pool: Pool;
  readonly #path: string;
  #inFlight = 0;
  #refusals = 0;
  #asideUntil = 0;

  constructor(url: string, connections: number) {
    const { origin, pathname, search } = new URL(url);
    this.url = url;
    this.#path = `${pathname}${search}`;
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

  /** Whether it refused the last connection. */
  get isAway(): boolean {
    return this.#refusals > 0;
  }

  /** When the pause of a replica that was set aside ends, in the milliseconds of `performance.now()`. */
  get asideUntil(): number {
    return this.#asideUntil;
  }

  /** Sends one POST and reads the whole answer. Throws what `undici` throws. */
  async post(
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Exchange> {
    this.#inFlight += 1;
    if (this.#refusals > 0) {
      this.#asideUntil = performance.now() + CONNECT_MILLISECONDS;
    }
    try {
      const response = await this.#pool.request({ path: this.#path, method: 'POST', headers, body, signal });
      const cookies = [response.headers['set-cookie'] ?? []].flat();
      return { status: response.statusCode, text: await response.body.text(), cookies };
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** It took a connection. */
  accepted(): void {
    this.#refusals = 0;
    this.#asideUntil = 0;
  }

  /** It refused a connection: set aside for a while. */
  refused(): void {
    const pause = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** this.#refusals, LONGEST_PAUSE_MILLISECONDS);
    this.#refusals = Math.min(this.#refusals + 1, 16);
    this.#asideUntil = performance.now() + pause;
  }

  /** Ends idle connections, and the others when their requests have ended. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}
