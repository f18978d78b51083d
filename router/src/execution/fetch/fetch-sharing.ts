import type { RouterLimits } from '../../configuration.js';
import type { RouterContext } from '../../identity/request-context.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { SharedFetch } from './shared-fetch.js';
import type { FetchExecutor, SubgraphFetch } from './subgraph-fetch.js';

/**
 * Sends identical queries that are under way at one moment once. Identical are those to one subgraph with the same
 * body on behalf of the same caller: the same token, address and program. A fetch is given up when the last who waits
 * for it has left.
 */
export class FetchSharing implements FetchExecutor {
  readonly #underWay = new Map<string, SharedFetch>();

  constructor(
    private readonly fetches: FetchExecutor,
    private readonly limits: Pick<RouterLimits, 'subgraphTimeoutMilliseconds'>,
  ) {}

  async fetch(fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer> {
    if (fetch.operation.kind !== 'query') {
      return this.fetches.fetch(fetch, context);
    }
    const key = keyOf(fetch, context);
    const shared = this.#underWay.get(key) ?? this.#start(key, fetch, context);
    return shared.wait(context.lifetime, this.limits.subgraphTimeoutMilliseconds);
  }

  #start(key: string, fetch: SubgraphFetch, context: RouterContext): SharedFetch {
    const shared = new SharedFetch();
    this.#underWay.set(key, shared);
    const end = (): void => {
      if (this.#underWay.get(key) === shared) {
        this.#underWay.delete(key);
      }
    };
    shared.onAbandoned(end);
    const answer = this.fetches.fetch(fetch, { ...context, lifetime: shared });
    answer.then(end, end);
    shared.start(answer);
    return shared;
  }
}

/** The trace differs from request to request and changes no answer. */
function keyOf(fetch: SubgraphFetch, { token, clientIp, clientUserAgent }: RouterContext): string {
  // None of them holds a line break: they are names of services and values of headers.
  return `${fetch.operation.subgraph}\n${token}\n${clientIp}\n${clientUserAgent}\n${fetch.body}`;
}
