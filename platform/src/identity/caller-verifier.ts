import { createHash, timingSafeEqual } from 'node:crypto';
import { ApplicationError } from '../errors/index.js';

/** Header in which a caller names itself. */
export const CALLER_HEADER = 'x-supergraph-caller';
/** Header that carries the secret of the pair of caller and service. */
export const SECRET_HEADER = 'x-supergraph-secret';

/** Tells who calls, from the two headers. */
export type CallerVerifier = (headers: Readonly<Record<string, string | string[] | undefined>>) => string;

/**
 * Makes a check that a caller is who it says it is.
 *
 * The check gives the caller's name, or throws {@link ApplicationError} `CALLER_REFUSED`. It takes the same
 * time for an unknown caller as for a wrong secret.
 *
 * @param secrets secret by caller
 * @throws when a secret is empty: then a caller without one would be let in
 */
export function createCallerVerifier(secrets: ReadonlyMap<string, string>): CallerVerifier {
  for (const [caller, secret] of secrets) {
    if (secret === '') {
      throw new Error(`The secret of the caller ${caller} is empty.`);
    }
  }
  const digests = new Map([...secrets].map(([caller, secret]) => [caller, digest(secret)]));
  const nobody = digest('');
  return (headers) => {
    const caller = headers[CALLER_HEADER];
    const secret = headers[SECRET_HEADER];
    const name = typeof caller === 'string' ? caller : '';
    const expected = digests.get(name);
    const same = timingSafeEqual(digest(typeof secret === 'string' ? secret : ''), expected ?? nobody);
    if (expected === undefined || !same) {
      throw new ApplicationError(
        'CALLER_REFUSED',
        'This service answers the router only; ask the supergraph.',
      );
    }
    return name;
  };
}

/** Digests have one length, which the constant-time comparison needs. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
