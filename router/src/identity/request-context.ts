import type { AccessTokenClaims } from '@supergraph/platform/identity';
import type { ClientCookies } from './client-cookies.js';
import type { PropagatedHeaders } from '../headers/propagated-headers.js';
import type { ClientPositions } from '../entity-cache/client-positions.js';
import type { Lifetime } from '../http/request-lifetime.js';
import type { ClientProgram } from '../observability/client-program.js';
import type { ObservedRequest } from '../observability/observed-request.js';
import type { AdmittedOperation } from '../persisted-operations/requested-operation.js';
import type { AskedFor } from '../transport/request-headers.js';

/** What the router knows of one request, from its headers to its end. */
export interface RouterContext extends AskedFor {
  /** What the verified token says, undefined for nobody. */
  readonly claims: AccessTokenClaims | undefined;
  /** What its cookies mean to the subgraph that signs tokens. */
  readonly cookies: ClientCookies;
  /** How long the work for it is worth doing. */
  readonly lifetime: Lifetime;
  /** Where the client's writes are in the logs of the subgraphs. */
  readonly positions?: ClientPositions;
  /** The operation that was let in; undefined when the request does not hold one. */
  readonly admitted?: AdmittedOperation | undefined;
  /** What of its headers goes to subgraphs; undefined when no rule says so. */
  readonly propagatedHeaders?: PropagatedHeaders | undefined;
  /** Gives the type of the answer, as the client accepts it; false when it accepts none. */
  readonly answerType?: (() => string | false) | undefined;
  /** The program that sent it, one of a bounded number. */
  readonly client?: ClientProgram;
  /** Whether the client asks what its operation may cost. */
  readonly asksForCost?: boolean;
  /** What is noted of it while it runs. */
  readonly observed?: ObservedRequest;
}
