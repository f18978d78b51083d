import { startTrace } from '@supergraph/platform/telemetry';
import type { SubgraphSettings } from '../configuration.js';
import { Slots } from '../overload/slots.js';
import type { BreakerState } from './breaker.js';
import { CallDeadline } from './call-deadline.js';
import { chooseReplica } from './choose-replica.js';
import type { TransportSettings } from './configuration.js';
import { Replica } from './replica.js';
import { requestHeaders, TIMEOUT_HEADER } from './request-headers.js';
import { backoffMilliseconds, RetryBudget } from './retry-budget.js';
import { parseAnswer, type SubgraphAnswer } from './subgraph-answer.js';
import { TransportFailure } from './transport-failure.js';

/** One GraphQL request to a subgraph. */
export interface SubgraphCall {
  /** Whether it may be sent again when it is not known whether it was carried out. */
  readonly operation: 'query' | 'mutation';
  /** The JSON of the request. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long it may take, all attempts included. */
  readonly timeoutMilliseconds: number;
  /** Registers what to do when the answer is not wanted any more; gives what takes it back. */
  readonly onAbandoned?: (abandon: () => void) => () => void;
  /** Told of the answer's `Set-Cookie` headers, whatever else it says. */
  readonly onCookies?: (cookies: ReadonlyArray<string>) => void;
}

/** How a replica is doing, for operators. */
export interface ReplicaState {
  readonly url: string;
  /** Whether it refused the last connection, or fails too often to be asked. */
  readonly isAway: boolean;
  readonly breaker: BreakerState;
}

/** What a client counted since it was made. */
export interface SubgraphCounts {
  /** Requests that were sent once more. */
  retries: number;
  /** Requests that were not sent once more, since the budget was used up. */
  retriesRefused: number;
  /** Requests that were not sent, since every breaker was open. */
  refusedOpen: number;
  /** Requests that were not sent, since too many waited. */
  refusedFull: number;
}

const PROBE_BODY = '{"query":"{__typename}"}';
const PROBE_MILLISECONDS = 1_000;
const NONE_TRIED: ReadonlySet<Replica> = new Set();

/**
 * Asks one subgraph, whichever of its replicas answers.
 *
 * A refused connection is tried on every other replica, for mutations too since nothing was sent. A query is
 * sent once more when its connection broke or when the replica said 502 or 503, as long as the budget of retries
 * lasts. At most as many requests are under way as there are connections, and a bounded number waits.
 */
export class SubgraphClient {
  readonly settings: SubgraphSettings;
  readonly counts: SubgraphCounts = { retries: 0, retriesRefused: 0, refusedOpen: 0, refusedFull: 0 };
  readonly #replicas: ReadonlyArray<Replica>;
  readonly #slots: Slots;
  readonly #budget: RetryBudget;
  #turn = 0;

  constructor(settings: SubgraphSettings, transport: TransportSettings) {
    this.settings = settings;
    const { connectionsPerReplica: connections, breaker, maximumWaiting, waitMilliseconds } = transport;
    const probe = (replica: Replica): Promise<unknown> => this.#probe(replica);
    this.#replicas = settings.urls.map((url) => new Replica(url, { connections, breaker, probe }));
    this.#slots = new Slots({
      atOnce: connections * Math.max(settings.urls.length, 1),
      waiting: maximumWaiting,
      waitMilliseconds,
    });
    this.#budget = new RetryBudget(transport.retryPercent);
  }

  /** Throws {@link TransportFailure} when no replica gave a GraphQL response in time. */
  async send(call: SubgraphCall): Promise<SubgraphAnswer> {
    const deadline = new CallDeadline(call.timeoutMilliseconds, call.onAbandoned);
    try {
      if (!this.#slots.tryTake()) {
        await this.#waitForSlot(call, deadline);
      }
      try {
        return await this.#attempt(call, deadline);
      } finally {
        this.#slots.release();
      }
    } finally {
      deadline.clear();
    }
  }

  /** How each replica is doing. */
  get replicas(): ReadonlyArray<ReplicaState> {
    return this.#replicas.map(({ url, isAway, breakerState: breaker }) => ({ url, isAway, breaker }));
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#slots.taken;
  }

  /** Requests that wait to be sent. */
  get waiting(): number {
    return this.#slots.waiting;
  }

  /** Closes the connections when their requests have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }

  async #attempt(call: SubgraphCall, deadline: CallDeadline): Promise<SubgraphAnswer> {
    const gaveTime = call.timeoutMilliseconds * 2 >= this.settings.timeoutMilliseconds;
    let tried: Set<Replica> | undefined;
    let repeats = call.operation === 'query' ? 1 : 0;
    let failure: TransportFailure | undefined;
    this.#turn += 1;
    this.#budget.deposit();
    for (;;) {
      // With nothing left to try, a broken query may meet its only replica again: it may have come back already.
      const replica = chooseReplica(this.#replicas, tried ?? NONE_TRIED, this.#turn);
      if (replica === undefined) {
        throw failure ?? this.#noReplica();
      }
      try {
        const answer = await exchange(replica, call, deadline);
        replica.judge(undefined, gaveTime);
        return answer;
      } catch (error) {
        if (!(error instanceof TransportFailure)) {
          throw error;
        }
        failure = error;
        replica.judge(failure, gaveTime);
      }
      if (failure.kind === 'unreachable') {
        (tried ??= new Set()).add(replica);
        continue;
      }
      if (repeats === 0 || (failure.kind !== 'interrupted' && failure.kind !== 'overloaded')) {
        throw failure;
      }
      repeats -= 1;
      if (!this.#budget.tryTake()) {
        this.counts.retriesRefused += 1;
        throw failure;
      }
      this.counts.retries += 1;
      tried ??= new Set();
      if (tried.size < this.#replicas.length - 1) {
        tried.add(replica);
      }
      await deadline.pause(backoffMilliseconds(0));
    }
  }

  async #waitForSlot({ onAbandoned }: SubgraphCall, deadline: CallDeadline): Promise<void> {
    // Why wait for what will not be asked?
    if (!this.#replicas.some(({ admits }) => admits)) {
      throw this.#noReplica();
    }
    switch (await this.#slots.wait(deadline.remainingMilliseconds, onAbandoned)) {
      case undefined:
        return;
      case 'abandoned':
        throw new TransportFailure('abandoned', 'the client has left');
      case 'full':
      case 'late':
        this.counts.refusedFull += 1;
        throw new TransportFailure(
          'full',
          `${this.inFlight} requests are under way and ${this.waiting} wait`,
        );
    }
  }

  #noReplica(): TransportFailure {
    if (this.#replicas.length === 0) {
      return new TransportFailure('unreachable', 'the subgraph has no address');
    }
    this.counts.refusedOpen += 1;
    return new TransportFailure(
      'open',
      'the last requests failed; it is asked again when a probe is answered',
    );
  }

  async #probe(replica: Replica): Promise<void> {
    const deadline = new CallDeadline(PROBE_MILLISECONDS, undefined);
    const headers = requestHeaders(
      { token: undefined, trace: startTrace(), clientIp: undefined, clientUserAgent: undefined },
      this.settings.secret,
    );
    try {
      const { status, text } = await replica.send(headers, PROBE_BODY, deadline.guard);
      parseAnswer(status, text);
    } finally {
      deadline.clear();
    }
  }
}

async function exchange(
  replica: Replica,
  { headers, body, onCookies }: SubgraphCall,
  deadline: CallDeadline,
): Promise<SubgraphAnswer> {
  const remaining = String(Math.ceil(deadline.remainingMilliseconds));
  const answer = await replica.post({ ...headers, [TIMEOUT_HEADER]: remaining }, body, deadline.guard);
  if (answer.cookies.length > 0) {
    onCookies?.(answer.cookies);
  }
  const { cacheControl } = answer;
  const parsed = parseAnswer(answer.status, answer.text);
  return cacheControl === undefined ? parsed : { ...parsed, cacheControl };
}
