import { v7 as uuidv7 } from 'uuid';
import type { UserRecord } from '../store/users.js';
import type { DomainContext } from './context.js';
import type { SignedIn } from './outcomes.js';

/** The client's part of a new session; what is longer than a list can show is cut. */
const MAXIMUM_LENGTH = 200;

/** Opens a session for a user whose identity was proven, and gives its tokens. */
export async function openSession(
  { store, tokenIssuer, client }: DomainContext,
  args: { readonly user: UserRecord; readonly deviceName: string | null },
): Promise<SignedIn> {
  const sessionId = uuidv7();
  const refreshToken = tokenIssuer.makeRefreshToken(sessionId);
  await store.sessions.open({
    id: sessionId,
    userId: args.user.id,
    familyId: uuidv7(),
    refreshTokenHash: refreshToken.hash,
    deviceName: args.deviceName?.slice(0, MAXIMUM_LENGTH) ?? null,
    userAgent: client.userAgent?.slice(0, MAXIMUM_LENGTH) ?? null,
    ip: client.ip,
    expiresAt: refreshToken.expiresAt,
  });
  const tokens = await tokenIssuer.issue(args.user, sessionId, refreshToken);
  return { type: 'signedIn', user: args.user, tokens };
}
