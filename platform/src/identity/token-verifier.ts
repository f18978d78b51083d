import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { ApplicationError } from '../errors/index.js';

/** What a verified access token says. */
export interface AccessTokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly role: string;
  readonly scopes: ReadonlySet<string>;
  /** Names that the claim `policies` lists, what they mean is up to whoever asks for them. */
  readonly policies?: ReadonlySet<string>;
  readonly expiresAt: Date;
}

/** Verifies an access token. */
export type TokenVerifier = (token: string) => Promise<AccessTokenClaims>;

const claimsType = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  role: z.string().min(1),
  scope: z.string(),
  policies: z.array(z.string()).optional(),
  exp: z.number(),
});

/** Longer than any token that auth signs; longer ones are not worth a signature check. */
const MAXIMUM_TOKEN_LENGTH = 4_096;

/**
 * Makes a verifier of JWT access tokens: signature by asymmetric algorithms only (so neither `none` nor a
 * public key taken for an HMAC secret), issuer, audience, time with 5 s of tolerance, and the claims.
 *
 * The verifier throws {@link ApplicationError} `TOKEN_EXPIRED`, `TOKEN_INVALID`, or `IDENTITY_UNAVAILABLE`
 * when the keys cannot be had.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725 (JWT best current practices)
 * @see https://www.rfc-editor.org/rfc/rfc9068 (access tokens, by their `typ`)
 */
export function createTokenVerifier(options: {
  readonly getKey: JWTVerifyGetKey;
  readonly issuer: string;
  readonly audience: string;
}): TokenVerifier {
  return async (token) => {
    if (token.length > MAXIMUM_TOKEN_LENGTH) {
      throw invalidToken();
    }
    try {
      const { payload } = await jwtVerify(token, options.getKey, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: ['EdDSA', 'ES256'],
        clockTolerance: 5,
        typ: 'at+jwt',
      });
      const claims = claimsType.parse(payload);
      return {
        userId: claims.sub.toLowerCase(),
        sessionId: claims.sid.toLowerCase(),
        role: claims.role,
        scopes: new Set(claims.scope.split(' ').filter((scope) => scope !== '')),
        ...(claims.policies === undefined ? {} : { policies: new Set(claims.policies) }),
        expiresAt: new Date(claims.exp * 1000),
      };
    } catch (error) {
      throw toApplicationError(error);
    }
  };
}

/**
 * Takes the token out of an `Authorization` header.
 *
 * @returns undefined when there is no header
 * @throws {ApplicationError} `TOKEN_INVALID` when the header is not `Bearer …`
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export function readBearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) {
    return undefined;
  }
  const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new ApplicationError(
      'TOKEN_INVALID',
      'The Authorization header must be `Bearer` and an access token.',
    );
  }
  return token;
}

function toApplicationError(error: unknown): ApplicationError {
  if (error instanceof errors.JWTExpired) {
    return new ApplicationError('TOKEN_EXPIRED', 'The access token has ended; refresh it or sign in again.');
  }
  return isAboutTheToken(error)
    ? invalidToken(error)
    : new ApplicationError(
        'IDENTITY_UNAVAILABLE',
        'Access tokens cannot be verified just now; try again shortly.',
        { cause: error },
      );
}

/**
 * What jose throws about the key set and not about the token: late; a wrong status or no JSON; JSON that is no key
 * set; a key that is none. An unreachable one surfaces as an error that is not jose's.
 */
const ABOUT_THE_KEYS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JOSEError.code,
  errors.JWKSInvalid.code,
  errors.JWKInvalid.code,
]);

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof z.ZodError || (error instanceof errors.JOSEError && !ABOUT_THE_KEYS.has(error.code))
  );
}

function invalidToken(cause?: unknown): ApplicationError {
  return new ApplicationError('TOKEN_INVALID', 'The access token is not valid; sign in again.', { cause });
}
