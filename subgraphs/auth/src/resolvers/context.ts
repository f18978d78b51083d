import type { SubgraphRequest } from '@supergraph/platform/graphql';
import type { DomainContext, DomainServices } from '../domain/context.js';
import { createLoaders, type Loaders } from '../store/loaders.js';
import { createRefreshCookie, type RefreshCookie } from './refresh-cookie.js';

/** What resolvers get: the domain's context and the loaders of this request. */
export interface Context extends DomainContext {
  readonly loaders: Loaders;
  readonly refreshCookie: RefreshCookie;
}

/** Makes the function that makes a context a request. */
export function createContextFactory(
  services: DomainServices,
  { isEmbedded }: { readonly isEmbedded: boolean },
): (request: SubgraphRequest) => Context {
  return (request) => ({
    ...services,
    viewer: request.viewer,
    client: { ip: request.clientIp, userAgent: request.clientUserAgent },
    loaders: createLoaders(services.store),
    refreshCookie: createRefreshCookie(request, isEmbedded),
  });
}
