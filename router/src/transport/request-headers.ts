import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
import { formatTraceparent, type TraceContext } from '@supergraph/platform/telemetry';

/** Tells a subgraph how long its answer is waited for, in milliseconds; after that it need not go on. */
export const TIMEOUT_HEADER = 'x-supergraph-timeout-milliseconds';

/** For whom the router asks. */
export interface AskedFor {
  /** The verified access token, undefined for nobody. */
  readonly token: string | undefined;
  readonly trace: TraceContext;
  readonly clientIp: string | undefined;
  readonly clientUserAgent: string | undefined;
}

/**
 * Makes the headers of a request to a subgraph. They are all of the router's own making: a client's versions of
 * them never reach a subgraph, and neither do its cookies.
 */
export function requestHeaders(askedFor: AskedFor, secret: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    traceparent: formatTraceparent(askedFor.trace),
    [CALLER_HEADER]: 'router',
  };
  if (secret !== undefined) {
    headers[SECRET_HEADER] = secret;
  }
  if (askedFor.token !== undefined) {
    headers['authorization'] = `Bearer ${askedFor.token}`;
  }
  if (askedFor.clientIp !== undefined) {
    headers['x-forwarded-client-ip'] = askedFor.clientIp;
  }
  if (askedFor.clientUserAgent !== undefined) {
    headers['x-forwarded-user-agent'] = askedFor.clientUserAgent;
  }
  return headers;
}
