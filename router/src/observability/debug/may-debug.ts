import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessTokenClaims } from '@supergraph/platform/identity';
import type { DebugSettings } from '../configuration.js';

/** The header that asks for the plan; its value is `plan`. */
export const DEBUG_HEADER = 'supergraph-debug';
/** The header that carries the secret of those who may. */
export const DEBUG_SECRET_HEADER = 'supergraph-debug-secret';

/** Tells whether somebody is shown the plan of an operation. The secret is compared in constant time. */
export function mayDebug(
  settings: DebugSettings,
  claims: AccessTokenClaims | undefined,
  secret: string | undefined,
): boolean {
  const { everybody, scope, role } = settings;
  return (
    everybody ||
    (scope !== undefined && claims?.scopes.has(scope) === true) ||
    (role !== undefined && claims?.role === role) ||
    (settings.secret !== undefined && secret !== undefined && isSame(secret, settings.secret))
  );
}

/** Digests have one length, which the constant-time comparison needs. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
