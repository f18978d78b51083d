import { describeCause } from '@supergraph/platform/errors';
import { formBody } from '@supergraph/platform/http';
import type { CallerVerifier, TokenVerifier } from '@supergraph/platform/identity';
import type { Logger } from '@supergraph/platform/telemetry';
import type { Express } from 'express';
import type { UserStore } from '../store/users.js';

const MAXIMUM_BODY = '8kb';

/**
 * Adds `POST /introspect` for the services that have a secret: `token=…` as a form is answered with
 * `{ "active": true }` while the token is good, its session live and its user's role still the one that it says.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export function addIntrospectionRoute(
  app: Express,
  options: {
    readonly verifyCaller: CallerVerifier;
    readonly verifyToken: TokenVerifier;
    readonly users: Pick<UserStore, 'findOwnCredentials'>;
    readonly logger: Logger;
  },
): void {
  const { verifyCaller, verifyToken, users, logger } = options;
  app.post(
    '/introspect',
    (request, _response, next) => {
      verifyCaller(request.headers);
      next();
    },
    formBody(MAXIMUM_BODY),
    async (request, response) => {
      const { token } = (request.body ?? {}) as { token?: unknown };
      response.set('cache-control', 'no-store');
      if (typeof token !== 'string' || token === '') {
        response.status(400).json({ error: 'invalid_request' });
        return;
      }
      const claims = await verifyToken(token).catch((error: unknown) => {
        logger.debug({ cause: describeCause(error) }, 'a token that is not good was asked about');
        return undefined;
      });
      if (claims === undefined) {
        response.json({ active: false });
        return;
      }
      const found = await users.findOwnCredentials(claims);
      response.json({ active: found !== null && found.user.role === claims.role });
    },
  );
}
