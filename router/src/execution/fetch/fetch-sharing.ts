import type { RouterLimits } from '../../configuration.js';
import { propagatedHeadersKey } from '../../headers/propagated-headers.js';
import type { RouterContext } from '../../identity/request-context.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { SharedWork } from '../shared-work.js';
import type { FetchExecutor, SubgraphFetch } from './subgraph-fetch.js';

/**
 * Sends identical queries that are under way at one moment once. Identical are those to one subgraph with the same
 * body on behalf of the same caller: the same token, address and program, and the same headers passed on. A fetch is
 * given up when the last who waits for it has left.
 */
export class FetchSharing implements FetchExecutor {
  /** Changes that ended: what is asked after one must not be answered from before it. */
  #changes = 0;
  readonly #underWay = new Map<string, SharedWork<SubgraphAnswer>>();

  constructor(
    private readonly fetches: FetchExecutor,
    private readonly limits: Pick<RouterLimits, 'subgraphTimeoutMilliseconds'>,
  ) {}

  async fetch(fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer> {
    if (fetch.operation.kind !== 'query') {
      try {
        return await this.fetches.fetch(fetch, context);
      } finally {
        this.#changes += 1;
      }
    }
    const key = `${this.#changes}\n${keyOf(fetch, context)}`;
    const other = this.#underWay.get(key);
    const shared = other?.isJoinable === true ? other : this.#start(key, fetch, context);
    return shared.wait(context.lifetime, this.limits.subgraphTimeoutMilliseconds);
  }

  #start(key: string, fetch: SubgraphFetch, context: RouterContext): SharedWork<SubgraphAnswer> {
    const shared = new SharedWork<SubgraphAnswer>((given) => structuredClone(given));
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
function keyOf(fetch: SubgraphFetch, context: RouterContext): string {
  const { token, clientIp, clientUserAgent, observed } = context;
  const headers = propagatedHeadersKey(context, fetch.operation.subgraph);
  // The answer to a fetch for whoever asks for the plan tells more.
  const told = observed?.debug === undefined ? '' : 'cost';
  // None of them holds a line break: they are names of services and values of headers.
  return `${fetch.operation.subgraph}\n${token}\n${clientIp}\n${clientUserAgent}\n${headers}\n${fetch.since}\n${told}\n${fetch.body}`;
}
