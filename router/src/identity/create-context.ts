import type { TokenVerifier } from '@supergraph/platform/identity';
import { currentRequest, startTrace } from '@supergraph/platform/telemetry';
import type { Request, Response } from 'express';
import { COST_HEADER } from '../cost/cost-header.js';
import { ClientPositions, POSITION_HEADER } from '../entity-cache/client-positions.js';
import { RequestLifetime } from '../http/request-lifetime.js';
import { authenticate } from './authenticate.js';
import { clientCookies } from './client-cookies.js';
import type { RouterContext } from './request-context.js';

const MAXIMUM_USER_AGENT = 256;

/**
 * Makes what the router knows of a request, its token verified.
 *
 * @throws {ApplicationError} when the token is not valid or cannot be verified
 */
export async function createContext(
  request: Request,
  response: Response,
  verify: TokenVerifier,
  timeoutMilliseconds: number,
): Promise<RouterContext> {
  const lifetime = new RequestLifetime(response, timeoutMilliseconds);
  const { token, claims } = await authenticate(request.get('authorization'), verify);
  return {
    token,
    claims,
    trace: currentRequest()?.trace ?? startTrace(),
    // An IPv4 client of a server that listens on IPv6 too.
    clientIp: request.ip?.replace(/^::ffff:/, ''),
    clientUserAgent: printable(request.get('user-agent')),
    cookies: clientCookies(request, response),
    lifetime,
    asksForCost: request.get(COST_HEADER)?.trim() === 'estimate',
    positions: new ClientPositions(request.get(POSITION_HEADER), (header) => {
      if (!response.headersSent) {
        response.setHeader(POSITION_HEADER, header);
      }
    }),
  };
}

/** A client can put bytes into the header that no other header may carry on. */
function printable(text: string | undefined): string | undefined {
  return text?.replace(/[^\x20-\x7e]/g, '?').slice(0, MAXIMUM_USER_AGENT);
}
