import type { AccessTokenClaims } from '@supergraph/platform/identity';
import type { ClientCookies } from './client-cookies.js';
import type { Lifetime } from '../http/request-lifetime.js';
import type { AskedFor } from '../transport/request-headers.js';

/** What the router knows of one request, from its headers to its end. */
export interface RouterContext extends AskedFor {
  /** What the verified token says, undefined for nobody. */
  readonly claims: AccessTokenClaims | undefined;
  /** What its cookies mean to the subgraph that signs tokens. */
  readonly cookies: ClientCookies;
  /** How long the work for it is worth doing. */
  readonly lifetime: Lifetime;
}
