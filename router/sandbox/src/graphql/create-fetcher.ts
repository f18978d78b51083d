import { createGraphiQLFetcher } from '@graphiql/toolkit';
import type { Fetcher } from '@graphiql/toolkit';
import { explainedFetch } from './explained-fetch.js';

/** A fetcher for GraphiQL that asks `endpoint` until `signal` ends what is still under way. */
export function createFetcher(endpoint: string, signal: AbortSignal): Fetcher {
  return createGraphiQLFetcher({
    url: endpoint,
    fetch: (_address, init) => explainedFetch(endpoint, { ...init, signal }),
  });
}
