import type { NewEvent } from '@supergraph/platform/events';
import type { EventData } from '../generated/events.js';

/** Whose doing an event is, and from where. */
export interface Author {
  /** A bare user id; null for the system itself. */
  readonly actor: string | null;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
}

/** The system itself, or a command. */
export const SYSTEM: Author = { actor: null, client: { ip: null, userAgent: null } };

/** A user after a change, as events tell it. */
interface ChangedUser {
  readonly id: string;
  readonly version: number;
}

type OwnType = Extract<keyof EventData, `auth.${string}`>;

/** An event about a user, which everything that auth tells but its keys is: so one user's events stay in order. */
function aboutUser<Type extends OwnType>(
  type: Type,
  userId: string,
  data: EventData[Type],
  { actor, client }: Author,
): NewEvent {
  return {
    type,
    aggregate: { type: 'user', id: userId },
    data: { ...data },
    entities: [{ typename: 'User', id: userId }],
    actor,
    client,
  };
}

/** Somebody opened an account. Nobody was signed in, so it is their own doing. */
export function registered(
  user: ChangedUser & Pick<EventData['auth.user.registered'], 'email' | 'name' | 'role' | 'status'>,
  client: Author['client'],
): NewEvent {
  const { id: userId, email, name, role, status, version } = user;
  const data = { userId, email, name, role, status, version };
  return aboutUser('auth.user.registered', userId, data, { actor: userId, client });
}

/** Somebody proved to read mail at their address. */
export function emailVerified({ id: userId, version }: ChangedUser, client: Author['client']): NewEvent {
  return aboutUser('auth.user.email_verified', userId, { userId, version }, { actor: userId, client });
}

/** Somebody has another password, by changing it or by the token of a mail. */
export function passwordChanged(
  { id: userId, version }: ChangedUser,
  revokedSessions: string[],
  client: Author['client'],
): NewEvent {
  const data = { userId, version, revokedSessions };
  return aboutUser('auth.user.password_changed', userId, data, { actor: userId, client });
}

/** An ADMIN gave somebody another role. */
export function roleChanged(
  { id: userId, version, role }: ChangedUser & Pick<EventData['auth.user.role_changed'], 'role'>,
  previousRole: EventData['auth.user.role_changed']['previousRole'],
  revokedSessions: string[],
  author: Author,
): NewEvent {
  const data = { userId, version, role, previousRole, revokedSessions };
  return aboutUser('auth.user.role_changed', userId, data, author);
}

/** An ADMIN closed an account for the time being. */
export function suspended(
  { id: userId, version }: ChangedUser,
  revokedSessions: string[],
  author: Author,
): NewEvent {
  return aboutUser('auth.user.suspended', userId, { userId, version, revokedSessions }, author);
}

/** An ADMIN opened an account again. */
export function reinstated({ id: userId, version }: ChangedUser, author: Author): NewEvent {
  return aboutUser('auth.user.reinstated', userId, { userId, version }, author);
}

/** A person was forgotten here. */
export function erased(data: EventData['auth.user.erased'], actor: string | null): NewEvent {
  return aboutUser('auth.user.erased', data.userId, data, { ...SYSTEM, actor });
}

/** A person is not forgotten, and nothing was changed. */
export function erasureRefused(data: EventData['auth.user.erasure_refused'], actor: string | null): NewEvent {
  return aboutUser('auth.user.erasure_refused', data.userId, data, { ...SYSTEM, actor });
}

/** Somebody signed in. */
export function sessionOpened(userId: string, sessionId: string, client: Author['client']): NewEvent {
  return aboutUser('auth.session.opened', userId, { userId, sessionId }, { actor: userId, client });
}

/** Sessions ended, by their user or because a spent refresh token came again. */
export function sessionsRevoked(
  userId: string,
  revokedSessions: string[],
  reason: EventData['auth.session.revoked']['reason'],
  client: Author['client'],
): NewEvent {
  const data = { userId, revokedSessions, reason };
  return aboutUser('auth.session.revoked', userId, data, { actor: userId, client });
}

/** Access tokens are signed by another key from its time on. */
export function signingKeyRotated(keyId: string): NewEvent {
  return {
    type: 'auth.signing_key.rotated',
    aggregate: { type: 'signing_key', id: keyId },
    data: { keyId },
  };
}
