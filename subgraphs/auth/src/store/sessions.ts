import { groupBy } from '@supergraph/platform/database';
import type { PrismaClient } from '../generated/prisma/client.js';
import { revokeSessions } from './revoke-sessions.js';
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

/** Table `sessions`. */
export interface SessionStore {
  /** False when the user is not ACTIVE, or password or role are no longer those that were proven. */
  open(
    session: Omit<SessionRecord, 'createdAt' | 'lastUsedAt'> & {
      readonly familyId: string;
      readonly refreshTokenHash: string;
      readonly proof: { readonly passwordHash: string; readonly role: Role };
    },
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
  /** False when it had ended before. */
  revoke(id: string): Promise<boolean>;
  /** False when it had ended before, or is not this user's. */
  revokeOwn(args: { readonly id: string; readonly userId: string }): Promise<boolean>;
  revokeFamily(familyId: string): Promise<void>;
  /** Gives how many live ones ended. */
  revokeAllOf(userId: string, keep?: { readonly except: string }): Promise<number>;
}

export function createSessionStore(prisma: PrismaClient): SessionStore {
  return {
    async open({ proof, ...session }) {
      // The share lock makes whoever ends this user's sessions wait and then see the new one, or this one see why not.
      const opened = await prisma.$executeRaw`
        INSERT INTO sessions
          (id, user_id, family_id, refresh_token_hash, device_name, user_agent, ip, expires_at)
        SELECT ${session.id}::uuid, id, ${session.familyId}::uuid, ${session.refreshTokenHash},
          ${session.deviceName}, ${session.userAgent}, ${session.ip}, ${session.expiresAt.toISOString()}::timestamptz
        FROM users
        WHERE id = ${session.userId}::uuid AND status = 'ACTIVE'
          AND password_hash = ${proof.passwordHash} AND role::text = ${proof.role}
        FOR SHARE`;
      return opened === 1;
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
    async revoke(id) {
      const { count } = await prisma.session.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      return count === 1;
    },
    async revokeOwn({ id, userId }) {
      const { count } = await prisma.session.updateMany({
        where: { id, userId, revokedAt: null, expiresAt: { gt: new Date() } },
        data: { revokedAt: new Date() },
      });
      return count === 1;
    },
    revokeAllOf: (userId, keep) => revokeSessions(prisma, userId, keep?.except),
    async revokeFamily(familyId) {
      await prisma.session.updateMany({
        where: { familyId, revokedAt: null },
        data: { revokedAt: new Date() },
      });
    },
  };
}
