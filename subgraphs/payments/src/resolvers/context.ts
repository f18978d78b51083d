import type { SubgraphRequest } from '@supergraph/platform/graphql';
import type { DomainContext } from '../domain/context.js';
import { createLoaders, type Loaders } from '../store/loaders.js';

/** What resolvers get: the domain's context and the loaders of this request. */
export interface Context extends DomainContext {
  readonly loaders: Loaders;
}

/** Makes the function that makes a context a request. */
export function createContextFactory(
  services: Omit<DomainContext, 'viewer' | 'client'>,
): (request: SubgraphRequest) => Context {
  return ({ viewer, clientIp, clientUserAgent }) => ({
    ...services,
    viewer,
    client: { ip: clientIp, userAgent: clientUserAgent },
    loaders: createLoaders(services),
  });
}
