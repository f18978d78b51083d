import type { SubgraphRequest } from '@supergraph/platform/graphql';
import type { DomainContext } from '../domain/context.js';
import type { TokenIssuer } from '../domain/token-issuer.js';
import type { Store } from '../store/index.js';
import { createLoaders, type Loaders } from '../store/loaders.js';

/** What resolvers get: the domain's context and the loaders of this request. */
export interface Context extends DomainContext {
  readonly loaders: Loaders;
}

/** Makes the function that makes a context a request. */
export function createContextFactory(services: {
  readonly store: Store;
  readonly tokenIssuer: TokenIssuer;
}): (request: SubgraphRequest) => Context {
  return ({ viewer, clientIp, clientUserAgent }) => ({
    viewer,
    client: { ip: clientIp, userAgent: clientUserAgent },
    store: services.store,
    tokenIssuer: services.tokenIssuer,
    loaders: createLoaders(services.store),
  });
}
