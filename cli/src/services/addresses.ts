import type { Service } from '@supergraph/schema/services';

/** The service that signs tokens and serves the keys to verify them by. */
const IDENTITY_SERVICE = 'auth';

/** Where PostgreSQL listens in its container. */
export const DATABASE_PORT = 5432;

/** Name of the broker among the containers. */
export const BROKER_HOST = 'nats';

/** Where the broker listens in its container. */
export const BROKER_PORT = 4222;

/** Where the broker answers health checks, inside its container. */
export const BROKER_MONITOR_PORT = 8222;

/** Where the router listens in its container, and the only port that is published. */
export const ROUTER_PORT = 4000;

/** Where every container answers `/metrics`. */
export const METRICS_PORT = 9464;

/** Name of a service's database among the containers. */
export function databaseHost(service: Pick<Service, 'name'>): string {
  return `${service.name}-database`;
}

/** Where a service answers other containers. */
export function graphqlUrl(service: Pick<Service, 'name' | 'port'>): string {
  return `http://${service.name}:${service.port}/graphql`;
}

/** Where the keys of access tokens are served; undefined when the list has no service for that. */
export function keysUrl(services: ReadonlyArray<Service>): string | undefined {
  const identity = services.find(({ name }) => name === IDENTITY_SERVICE);
  return identity && `http://${identity.name}:${identity.port}/.well-known/jwks.json`;
}
