import { groupBy } from '@supergraph/platform/database';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { UserRecord } from './users.js';

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
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

/** Table `sessions`. */
export interface SessionStore {
  open(
    session: Omit<SessionRecord, 'createdAt' | 'lastUsedAt'> & {
      readonly familyId: string;
      readonly refreshTokenHash: string;
    },
  ): Promise<void>;
  findWithUser(
    id: string,
  ): Promise<{ readonly session: SessionCredentials; readonly user: UserRecord } | null>;
  /** Live sessions of many users in one statement, the last used first. */
  listLive(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, ReadonlyArray<SessionRecord>>>;
  /** Puts the next hash in the place of the spent one; false when somebody else did so before. */
  rotate(args: {
    readonly id: string;
    readonly spentHash: string;
    readonly nextHash: string;
    readonly expiresAt: Date;
  }): Promise<boolean>;
  /** False when it had ended before. */
  revoke(id: string): Promise<boolean>;
  revokeFamily(familyId: string): Promise<void>;
}

export function createSessionStore(prisma: PrismaClient): SessionStore {
  return {
    async open(session) {
      await prisma.session.create({ data: session, select: { id: true } });
    },
    async findWithUser(id) {
      const row = await prisma.session.findUnique({
        where: { id },
        select: {
          id: true,
          familyId: true,
          refreshTokenHash: true,
          expiresAt: true,
          revokedAt: true,
          user: true,
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
        omit: { familyId: true, refreshTokenHash: true, revokedAt: true },
      });
      return groupBy(rows, (row) => row.userId);
    },
    async rotate({ id, spentHash, nextHash, expiresAt }) {
      const { count } = await prisma.session.updateMany({
        where: { id, refreshTokenHash: spentHash, revokedAt: null },
        data: { refreshTokenHash: nextHash, expiresAt, lastUsedAt: new Date() },
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
    async revokeFamily(familyId) {
      await prisma.session.updateMany({
        where: { familyId, revokedAt: null },
        data: { revokedAt: new Date() },
      });
    },
  };
}
