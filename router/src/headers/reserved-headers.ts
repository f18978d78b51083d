import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
import { REFRESH_TOKEN_HEADER } from '../identity/client-cookies.js';

/**
 * Headers that no rule reaches: of one connection only (RFC 9110, 7.6.1), about a body that is not passed on, of the
 * client's identity, or the router's own word to subgraphs.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'expect',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'range',
  'authorization',
  'cookie',
  'set-cookie',
  'traceparent',
  'tracestate',
  'baggage',
  'forwarded',
  CALLER_HEADER.toLowerCase(),
  SECRET_HEADER.toLowerCase(),
  REFRESH_TOKEN_HEADER.toLowerCase(),
]);

/** Tells whether a header, its name in lower case, is out of the reach of rules. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name) || /^(proxy-|x-forwarded-|x-supergraph-|supergraph-|sec-)/.test(name);
}
