import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { TokenPurpose } from '../generated/prisma/enums.js';
import { revokeSessions } from './revoke-sessions.js';
import { userColumns, type UserRecord } from './users.js';

export type { TokenPurpose };

/** Table `single_use_tokens`, and what is done by them: each in one transaction with the end of the token. */
export interface SingleUseTokenStore {
  /** Keeps a token in the place of those that the user had for the same purpose. */
  replace(token: {
    readonly tokenHash: string;
    readonly userId: string;
    readonly purpose: TokenPurpose;
    readonly expiresAt: Date;
  }): Promise<void>;
  /** Tells whether a token can be used, without using it. */
  isGood(tokenHash: string, purpose: TokenPurpose): Promise<boolean>;
  /** Uses the token and marks its user's address as verified; null when it is not good. */
  verifyEmail(tokenHash: string): Promise<UserRecord | null>;
  /**
   * Uses the token, puts another password hash, and ends every session of its user; null when it is not good.
   * The address counts as verified too, since it was there that the token was read.
   */
  resetPassword(tokenHash: string, passwordHash: string): Promise<UserRecord | null>;
}

export function createSingleUseTokenStore(prisma: PrismaClient): SingleUseTokenStore {
  return {
    async replace(token) {
      await prisma.$transaction([
        prisma.singleUseToken.deleteMany({ where: { userId: token.userId, purpose: token.purpose } }),
        prisma.singleUseToken.create({ data: token, select: { tokenHash: true } }),
      ]);
    },
    async isGood(tokenHash, purpose) {
      const found = await prisma.singleUseToken.count({
        where: { tokenHash, purpose, expiresAt: { gt: new Date() }, user: { status: 'ACTIVE' } },
      });
      return found === 1;
    },
    verifyEmail: (tokenHash) =>
      prisma.$transaction((transaction) =>
        spend(transaction, { tokenHash, purpose: 'EMAIL_VERIFICATION', data: { emailVerified: true } }),
      ),
    resetPassword: (tokenHash, passwordHash) =>
      prisma.$transaction(async (transaction) => {
        const data = { passwordHash, emailVerified: true } as const;
        const user = await spend(transaction, { tokenHash, purpose: 'PASSWORD_RESET', data });
        if (user !== null) {
          await revokeSessions(transaction, user.id);
        }
        return user;
      }),
  };
}

/** Ends a token and changes its user, ACTIVE ones only. Of two at once one deletes the row and the other finds none. */
async function spend(
  transaction: Prisma.TransactionClient,
  args: {
    readonly tokenHash: string;
    readonly purpose: TokenPurpose;
    readonly data: { readonly emailVerified: true; readonly passwordHash?: string };
  },
): Promise<UserRecord | null> {
  const { tokenHash, purpose } = args;
  const token = await transaction.singleUseToken.findFirst({
    where: { tokenHash, purpose, expiresAt: { gt: new Date() } },
    select: { userId: true },
  });
  if (token === null) {
    return null;
  }
  const { count } = await transaction.singleUseToken.deleteMany({ where: { tokenHash } });
  if (count === 0) {
    return null;
  }
  const [user] = await transaction.user.updateManyAndReturn({
    where: { id: token.userId, status: 'ACTIVE' },
    data: { ...args.data, version: { increment: 1 } },
    select: userColumns,
  });
  return user ?? null;
}
