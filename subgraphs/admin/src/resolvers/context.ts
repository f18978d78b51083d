import type { SubgraphRequest } from '@supergraph/platform/graphql';
import type { DomainContext } from '../domain/context.js';
import type { Store } from '../store/index.js';
import { createLoaders, type Loaders } from '../store/loaders.js';

/** What resolvers get: the domain's context and the loaders of this request. */
export interface Context extends DomainContext {
  readonly loaders: Loaders;
  /** As of when the replica of users is current; null when it never was. */
  readonly usersAsOf: () => Date | null;
}

/** Makes the function that makes a context a request. */
export function createContextFactory(services: {
  readonly store: Store;
  readonly stepMilliseconds: number;
  readonly usersAsOf: () => Date | null;
}): (request: SubgraphRequest) => Context {
  return ({ viewer, clientIp, clientUserAgent }) => ({
    viewer,
    client: { ip: clientIp, userAgent: clientUserAgent },
    ...services,
    loaders: createLoaders(services.store),
  });
}
