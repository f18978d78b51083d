import { v7 as uuidv7 } from 'uuid';
import type { UserRecord } from '../store/users.js';
import type { DomainContext } from './context.js';
import type { InvalidCredentials, SignedIn } from './outcomes.js';

/** The client's part of a new session; what is longer than a list can show is cut. */
const MAXIMUM_LENGTH = 200;

/**
 * Opens a session for a user whose identity was proven, and gives its tokens.
 *
 * @param args.passwordHash by which the identity was proven; a session that a change of the password, the role or
 *   the status overtook is not opened, so that none outlives what ended the others
 * @param args.unlessLocked key of the lockout by which it may be refused, and whose failures a success forgets
 */
export async function openSession(
  { store, tokenIssuer, refreshTokens, client }: DomainContext,
  args: {
    readonly user: UserRecord;
    readonly passwordHash: string;
    readonly deviceName: string | null;
    readonly unlessLocked?: string;
  },
): Promise<SignedIn | InvalidCredentials> {
  const sessionId = uuidv7();
  const { text, hash } = refreshTokens.first(sessionId);
  const expiresAt = tokenIssuer.refreshTokenEnd();
  const opened = await store.sessions.open(
    {
      id: sessionId,
      userId: args.user.id,
      familyId: uuidv7(),
      refreshTokenHash: hash,
      deviceName: args.deviceName?.slice(0, MAXIMUM_LENGTH) ?? null,
      userAgent: client.userAgent?.slice(0, MAXIMUM_LENGTH) ?? null,
      ip: client.ip,
      expiresAt,
      proof: { passwordHash: args.passwordHash, role: args.user.role },
      addressHash: args.unlessLocked ?? null,
    },
    client,
  );
  if (!opened) {
    return { type: 'invalidCredentials' };
  }
  const tokens = await tokenIssuer.issue(args.user, sessionId, { text, expiresAt });
  return { type: 'signedIn', user: args.user, tokens };
}
