import { groupBy } from '@supergraph/platform/database';
import type { Outbox } from '@supergraph/platform/events';
import { sessionOpened, sessionsRevoked, type Author } from '../events/tells.js';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { clearingFailures } from './login-failures.js';
import { lockUser, revokeSessions } from './revoke-sessions.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';
import { userColumns, type Role, type UserRecord } from './users.js';

/** A session as lists show it. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly deviceName: string | null;
  readonly userAgent: string | null;
  readonly ip: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

/** A session as the exchange of its refresh token needs it. */
export interface SessionCredentials {
  readonly id: string;
  readonly familyId: string;
  readonly refreshTokenHash: string;
  /** Of the token before it, null until the first exchange. */
  readonly spentTokenHash: string | null;
  readonly rotatedAt: Date | null;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

const sessionColumns = {
  id: true,
  userId: true,
  deviceName: true,
  userAgent: true,
  ip: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
} as const;

/** Where a client is that does something to its sessions. */
type Client = Author['client'];

/** Table `sessions`; each change is told in its own transaction. */
export interface SessionStore {
  /**
   * Forgets the failed sign-ins of an address with it. False when the address is locked, when the user is not ACTIVE, or
   * password or role are no longer those that were proven.
   */
  open(
    session: Omit<SessionRecord, 'createdAt' | 'lastUsedAt'> & {
      readonly familyId: string;
      readonly refreshTokenHash: string;
      readonly proof: { readonly passwordHash: string; readonly role: Role };
      /** Of table `login_failures`; null where no lock is asked for. */
      readonly addressHash: string | null;
    },
    client: Client,
  ): Promise<boolean>;
  findWithUser(
    id: string,
  ): Promise<{ readonly session: SessionCredentials; readonly user: UserRecord } | null>;
  /** Live sessions of many users in one statement, the last used first. */
  listLive(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, ReadonlyArray<SessionRecord>>>;
  /** Puts the next hash in the place of the spent one; false when it is not the good one, or the session has ended. */
  rotate(args: {
    readonly id: string;
    readonly spentHash: string;
    readonly nextHash: string;
    readonly expiresAt: Date;
  }): Promise<boolean>;
  /** False when it had ended before, or is not this user's. */
  revokeOwn(args: { readonly id: string; readonly userId: string }, client: Client): Promise<boolean>;
  /** Ends a family because a token of it was used a second time. */
  revokeFamily(args: { readonly familyId: string; readonly userId: string }, client: Client): Promise<void>;
  /** Gives how many live ones ended. */
  revokeAllOf(args: { readonly userId: string; readonly except?: string }, client: Client): Promise<number>;
}

/**
 * One statement, so that a sign-in waits once for the database. The lock on the user makes whoever ends this user's
 * sessions wait and then see the new one, or this one see why not; it is taken first, as everywhere.
 */
const OPENING = `
  proven AS (
    SELECT id FROM users
    WHERE id = $1::uuid AND status = 'ACTIVE' AND password_hash = $2 AND role::text = $3
    FOR NO KEY UPDATE
  ), cleared AS (
    ${clearingFailures('$4', '(SELECT count(*) FROM proven) > 0')}
  ), changed AS (
    INSERT INTO sessions
      (id, user_id, family_id, refresh_token_hash, device_name, user_agent, ip, expires_at)
    SELECT $5::uuid, id, $6::uuid, $7, $8, $9, $10, $11::timestamptz
    FROM proven WHERE NOT EXISTS (SELECT FROM cleared WHERE locked)
    RETURNING id
  )`;

export function createSessionStore(prisma: PrismaClient, outbox: Outbox): SessionStore {
  const end = (
    userId: string,
    args: {
      readonly only?: Pick<Prisma.SessionWhereInput, 'id' | 'familyId'>;
      readonly reason: 'SIGNED_OUT' | 'TOKEN_REUSED';
      readonly client: Client;
    },
  ): Promise<number> =>
    prisma.$transaction(async (transaction) => {
      await lockUser(transaction, userId);
      const ended = await revokeSessions(transaction, userId, args.only);
      if (ended.length > 0) {
        await outbox.append(transaction, sessionsRevoked(userId, ended, args.reason, args.client));
      }
      return ended.length;
    }, TRANSACTION_LIMITS);

  return {
    async open({ proof, addressHash, ...session }, client) {
      const values = [
        session.userId,
        proof.passwordHash,
        proof.role,
        addressHash,
        session.id,
        session.familyId,
        session.refreshTokenHash,
        session.deviceName,
        session.userAgent,
        session.ip,
        session.expiresAt.toISOString(),
      ];
      const told = sessionOpened(session.userId, session.id, client);
      return (await outbox.appendWith(prisma, { expressions: OPENING, values }, told)) !== undefined;
    },
    async findWithUser(id) {
      const row = await prisma.session.findUnique({
        where: { id },
        select: {
          id: true,
          familyId: true,
          refreshTokenHash: true,
          spentTokenHash: true,
          rotatedAt: true,
          expiresAt: true,
          revokedAt: true,
          user: { select: userColumns },
        },
      });
      if (row === null) {
        return null;
      }
      const { user, ...session } = row;
      return { session, user };
    },
    async listLive(userIds) {
      const rows = await prisma.session.findMany({
        where: { userId: { in: [...userIds] }, revokedAt: null, expiresAt: { gt: new Date() } },
        orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
        select: sessionColumns,
      });
      return groupBy(rows, (row) => row.userId);
    },
    async rotate({ id, spentHash, nextHash, expiresAt }) {
      const now = new Date();
      const { count } = await prisma.session.updateMany({
        where: {
          id,
          refreshTokenHash: spentHash,
          revokedAt: null,
          expiresAt: { gt: now },
          user: { status: 'ACTIVE' },
        },
        data: {
          refreshTokenHash: nextHash,
          spentTokenHash: spentHash,
          rotatedAt: now,
          lastUsedAt: now,
          expiresAt,
        },
      });
      return count === 1;
    },
    revokeOwn: async ({ id, userId }, client) =>
      (await end(userId, { only: { id }, reason: 'SIGNED_OUT', client })) === 1,
    async revokeFamily({ familyId, userId }, client) {
      await end(userId, { only: { familyId }, reason: 'TOKEN_REUSED', client });
    },
    revokeAllOf: ({ userId, except }, client) =>
      end(userId, {
        ...(except === undefined ? {} : { only: { id: { not: except } } }),
        reason: 'SIGNED_OUT',
        client,
      }),
  };
}
