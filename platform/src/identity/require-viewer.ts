import { ApplicationError } from '../errors/index.js';
import type { Viewer } from './viewer.js';

/**
 * Gives the viewer as a signed-in user.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export function requireUser(viewer: Viewer): Extract<Viewer, { kind: 'user' }> {
  if (viewer.kind !== 'user') {
    throw new ApplicationError('UNAUTHENTICATED', 'Sign in first and send the access token.');
  }
  return viewer;
}

/**
 * Gives the viewer as a signed-in user whose token grants `scope`.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export function requireScope(viewer: Viewer, scope: string): Extract<Viewer, { kind: 'user' }> {
  const user = requireUser(viewer);
  if (!user.scopes.has(scope)) {
    throw new ApplicationError(
      'FORBIDDEN',
      `This needs the scope \`${scope}\`, which your role does not have.`,
    );
  }
  return user;
}
