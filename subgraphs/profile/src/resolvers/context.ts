import type { SubgraphRequest } from '@supergraph/platform/graphql';
import type { DomainContext } from '../domain/context.js';
import { readProfiles } from '../domain/read-profiles.js';
import type { Store } from '../store/index.js';
import { createLoaders, type Loaders } from '../store/loaders.js';

/** What resolvers get: the domain's context and the loaders of this request. */
export interface Context extends DomainContext {
  readonly loaders: Loaders;
}

/** Makes the function that makes a context a request. */
export function createContextFactory(services: {
  readonly store: Store;
}): (request: SubgraphRequest) => Context {
  return ({ viewer, clientIp, clientUserAgent }) => {
    const client = { ip: clientIp, userAgent: clientUserAgent };
    const domain: DomainContext = { viewer, client, store: services.store };
    return { ...domain, loaders: createLoaders(services.store, (userIds) => readProfiles(domain, userIds)) };
  };
}
