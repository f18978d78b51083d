import type { SubgraphSettings } from '../configuration.js';
import { chooseReplica } from './choose-replica.js';
import { classifyFailure } from './classify-failure.js';
import { Replica } from './replica.js';
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
  /** Whether it refused the last connection. */
  readonly isAway: boolean;
}

/**
 * Asks one subgraph, whichever of its replicas answers.
 *
 * A refused connection is tried on every other replica, for mutations too since nothing was sent. A query is
 * sent once more when its connection broke or when the replica said 502 or 503.
 */
export class SubgraphClient {
  readonly settings: SubgraphSettings;
  readonly #replicas: ReadonlyArray<Replica>;
  #turn = 0;

  constructor(settings: SubgraphSettings, connectionsPerReplica: number) {
    this.settings = settings;
    this.#replicas = settings.urls.map((url) => new Replica(url, connectionsPerReplica));
  }

  /** Throws {@link TransportFailure} when no replica gave a GraphQL response in time. */
  async send(call: SubgraphCall): Promise<SubgraphAnswer> {
    const controller = new AbortController();
    const timer = setTimeout(
      () => {
        controller.abort(new TransportFailure('late', `no answer within ${call.timeoutMilliseconds} ms`));
      },
      Math.max(call.timeoutMilliseconds, 0),
    );
    const forget = call.onAbandoned?.(() => {
      controller.abort(new TransportFailure('abandoned', 'the client has left'));
    });
    try {
      return await this.#attempt(call, controller.signal);
    } finally {
      clearTimeout(timer);
      forget?.();
    }
  }

  /** How each replica is doing. */
  get replicas(): ReadonlyArray<ReplicaState> {
    return this.#replicas.map(({ url, isAway }) => ({ url, isAway }));
  }

  /** Closes the connections when their requests have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }

  async #attempt(call: SubgraphCall, signal: AbortSignal): Promise<SubgraphAnswer> {
    const tried = new Set<Replica>();
    let repeats = call.operation === 'query' ? 1 : 0;
    let failure: TransportFailure | undefined;
    this.#turn += 1;
    for (;;) {
      // With nothing left to try, a broken query may meet its only replica again: it may have come back already.
      const replica = chooseReplica(this.#replicas, tried, this.#turn);
      if (replica === undefined) {
        throw failure ?? new TransportFailure('unreachable', 'the subgraph has no address');
      }
      try {
        return await exchange(replica, call, signal);
      } catch (error) {
        failure = classifyFailure(error, signal.aborted ? signal.reason : undefined);
        if (failure.kind === 'unreachable') {
          replica.refused();
          tried.add(replica);
        } else if (repeats > 0 && (failure.kind === 'interrupted' || failure.kind === 'overloaded')) {
          repeats -= 1;
          if (tried.size < this.#replicas.length - 1) {
            tried.add(replica);
          }
        } else {
          throw failure;
        }
      }
    }
  }
}

async function exchange(replica: Replica, call: SubgraphCall, signal: AbortSignal): Promise<SubgraphAnswer> {
  const { status, text, cookies } = await replica.post(call.headers, call.body, signal);
  replica.accepted();
  if (cookies.length > 0) {
    call.onCookies?.(cookies);
  }
  return parseAnswer(status, text);
}
