import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { describeCause } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';

/** The public keys by which access tokens are verified. */
export interface VerificationKeys {
  readonly getKey: JWTVerifyGetKey;
  /** Ends the refresh in the background. */
  readonly stop: () => void;
}

/**
 * Fetches a JSON Web Key Set and keeps it true: refreshed in the background and, for a key that is not in
 * it, at once (but not more often than every 2 s). While its source is away the last set goes on serving,
 * so that a signer that is down ends nobody's session.
 *
 * @param url where the set is served
 * @param refreshMilliseconds how often it is fetched again, 60 s when not given
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export function createRemoteKeys(
  url: string,
  logger: Logger,
  refreshMilliseconds = 60_000,
): VerificationKeys {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: 2_000,
    timeoutDuration: 3_000,
  });
  const refresh = (): void => {
    keys.reload().catch((error: unknown) => {
      logger.warn({ url, cause: describeCause(error) }, 'the verification keys could not be refreshed');
    });
  };
  refresh();
  const timer = setInterval(refresh, refreshMilliseconds).unref();
  return { getKey: keys, stop: () => clearInterval(timer) };
}
