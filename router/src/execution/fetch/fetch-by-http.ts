import type { RouterContext } from '../../identity/request-context.js';
import { requestHeaders } from '../../transport/request-headers.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import type { SubgraphClient } from '../../transport/subgraph-client.js';
import { REFRESH_TOKEN_HEADER } from '../../identity/client-cookies.js';
import type { FetchExecutor, SubgraphFetch } from './subgraph-fetch.js';

/** A subgraph tells what its answer cost when it is asked so, and a foreign one does not mind. */
const ASK_FOR_COST = { 'x-supergraph-cost': 'sql' };

/** Asks subgraphs over HTTP, each through its client. */
export class FetchByHttp implements FetchExecutor {
  constructor(
    private readonly clients: ReadonlyMap<string, SubgraphClient>,
    /** The one whose cookies reach clients, and which gets theirs. */
    private readonly identitySubgraph?: string,
  ) {}

  async fetch(fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer> {
    const { subgraph, kind } = fetch.operation;
    const client = this.clients.get(subgraph);
    if (client === undefined) {
      throw new Error(`The supergraph has no subgraph ${subgraph}.`);
    }
    const { lifetime, cookies } = context;
    // Never with a query: its answer may be shared, and a refresh token is for changes only.
    const passesCookies = kind === 'mutation' && subgraph === this.identitySubgraph;
    return client.send({
      operation: kind,
      body: fetch.body,
      headers: {
        ...context.propagatedHeaders?.for(subgraph),
        ...requestHeaders(context, client.settings.secret),
        ...(passesCookies && cookies.refreshToken !== undefined
          ? { [REFRESH_TOKEN_HEADER]: cookies.refreshToken }
          : {}),
        ...(context.observed?.debug === undefined ? {} : ASK_FOR_COST),
      },
      timeoutMilliseconds: Math.min(client.settings.timeoutMilliseconds, lifetime.remainingMilliseconds),
      // A mutation goes on when its client has left: half of it may be done.
      ...(kind === 'query' ? { onAbandoned: lifetime.onAbandoned } : {}),
      ...(passesCookies ? { onCookies: cookies.passOn } : {}),
    });
  }
}
