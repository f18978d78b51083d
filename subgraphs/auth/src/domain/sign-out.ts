import { requireUser } from '@supergraph/platform/identity';
import type { DomainContext } from './context.js';

/**
 * Ends one of the viewer's own sessions. Somebody else's is as good as none.
 *
 * @returns the ended session's id, null when there was none
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function signOutSession(
  { viewer, store, client }: DomainContext,
  args: { readonly sessionId: string },
): Promise<{ readonly sessionId: string | null }> {
  const { userId } = requireUser(viewer);
  const ended = await store.sessions.revokeOwn({ userId, id: args.sessionId }, client);
  return { sessionId: ended ? args.sessionId : null };
}

/**
 * Ends every session of the viewer but the one that asks.
 *
 * @returns how many ended
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function signOutOtherSessions({
  viewer,
  store,
  client,
}: DomainContext): Promise<{ readonly endedSessions: number }> {
  const { userId, sessionId } = requireUser(viewer);
  return { endedSessions: await store.sessions.revokeAllOf({ userId, except: sessionId }, client) };
}

/**
 * Ends every session of the viewer, the one that asks among them.
 *
 * @returns how many ended
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function signOutEverywhere({
  viewer,
  store,
  client,
}: DomainContext): Promise<{ readonly endedSessions: number }> {
  return { endedSessions: await store.sessions.revokeAllOf({ userId: requireUser(viewer).userId }, client) };
}
