import { readBearerToken, type AccessTokenClaims, type TokenVerifier } from '@supergraph/platform/identity';

/** Who sent a request: a verified token and what it says, or nobody. */
export interface Identity {
  readonly token: string | undefined;
  readonly claims: AccessTokenClaims | undefined;
}

/**
 * Verifies the `Authorization` header of a request. Without one it is nobody's.
 *
 * @throws {ApplicationError} `TOKEN_INVALID`, `TOKEN_EXPIRED` or `IDENTITY_UNAVAILABLE`
 */
export async function authenticate(
  authorization: string | undefined,
  verify: TokenVerifier,
): Promise<Identity> {
  const token = readBearerToken(authorization);
  return token === undefined ? { token, claims: undefined } : { token, claims: await verify(token) };
}
