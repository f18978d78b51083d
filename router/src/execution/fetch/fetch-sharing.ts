import type { RouterLimits } from '../../configuration.js';
import { propagatedHeadersKey } from '../../headers/propagated-headers.js';
import type { RouterContext } from '../../identity/request-context.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { WorkSharing } from '../work-sharing.js';
import type { FetchExecutor, SubgraphFetch } from './subgraph-fetch.js';

/**
 * Sends identical queries that are under way at one moment once. Identical are those to one subgraph with the same
 * body on behalf of the same caller: the same token, address and program, and the same headers passed on. A fetch is
 * given up when the last who waits for it has left.
 */
export class FetchSharing implements FetchExecutor {
  readonly #sharing = new WorkSharing<SubgraphAnswer>((answer) => structuredClone(answer));

  constructor(
    private readonly fetches: FetchExecutor,
    private readonly limits: Pick<RouterLimits, 'subgraphTimeoutMilliseconds'>,
  ) {}

  async fetch(fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer> {
    if (fetch.operation.kind !== 'query') {
      return this.#sharing.change(() => this.fetches.fetch(fetch, context));
    }
    return this.#sharing
      .join(keyOf(fetch, context), (lifetime) => this.fetches.fetch(fetch, { ...context, lifetime }))
      .wait(context.lifetime, this.limits.subgraphTimeoutMilliseconds);
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
