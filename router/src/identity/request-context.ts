import type { AccessTokenClaims } from '@supergraph/platform/identity';
import type { RequestLifetime } from '../http/request-lifetime.js';
import type { ResponseTree } from '../failures/response-tree.js';
import type { AskedFor } from '../transport/request-headers.js';

/** What the router knows of one request, from its headers to its end. */
export interface RouterContext extends AskedFor {
  /** What the verified token says, undefined for nobody. */
  readonly claims: AccessTokenClaims | undefined;
  readonly lifetime: RequestLifetime;
  readonly tree: ResponseTree;
}
