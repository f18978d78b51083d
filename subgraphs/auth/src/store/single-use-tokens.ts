import type { Outbox } from '@supergraph/platform/events';
import { emailVerified, passwordChanged, type Author } from '../events/tells.js';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { TokenPurpose } from '../generated/prisma/enums.js';
import { lockUser, revokeSessions } from './revoke-sessions.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';
import { userColumns, type UserRecord } from './users.js';

export type { TokenPurpose };

/** Table `single_use_tokens`, and what is done by them: each in one transaction with the end of the token. */
export interface SingleUseTokenStore {
  /**
   * Keeps a token in the place of those that the user had for the same purpose; false when the user is not ACTIVE any
   * more.
   */
  replace(token: {
    readonly tokenHash: string;
    readonly userId: string;
    readonly purpose: TokenPurpose;
    readonly expiresAt: Date;
  }): Promise<boolean>;
  /** Tells whether a token can be used, without using it. */
  isGood(tokenHash: string, purpose: TokenPurpose): Promise<boolean>;
  /** Uses the token and marks its user's address as verified; null when it is not good. */
  verifyEmail(tokenHash: string, client: Author['client']): Promise<UserRecord | null>;
  /**
   * Uses the token, puts another password hash, and ends every session of its user; null when it is not good.
   * The address counts as verified too, since it was there that the token was read.
   */
  resetPassword(
    args: { readonly tokenHash: string; readonly passwordHash: string },
    client: Author['client'],
  ): Promise<UserRecord | null>;
}

export function createSingleUseTokenStore(prisma: PrismaClient, outbox: Outbox): SingleUseTokenStore {
  return {
    replace: (token) =>
      prisma.$transaction(async (transaction) => {
        // Whoever closes or erases the account comes before this or after it, and then finds the token.
        const active = await transaction.$queryRaw<ReadonlyArray<unknown>>`
          SELECT id FROM users WHERE id = ${token.userId}::uuid AND status = 'ACTIVE' FOR SHARE`;
        if (active.length === 0) {
          return false;
        }
        await transaction.singleUseToken.deleteMany({
          where: { userId: token.userId, purpose: token.purpose },
        });
        await transaction.singleUseToken.create({ data: token, select: { tokenHash: true } });
        return true;
      }, TRANSACTION_LIMITS),
    async isGood(tokenHash, purpose) {
      const found = await prisma.singleUseToken.count({
        where: { tokenHash, purpose, expiresAt: { gt: new Date() }, user: { status: 'ACTIVE' } },
      });
      return found === 1;
    },
    verifyEmail: (tokenHash, client) =>
      prisma.$transaction(async (transaction) => {
        const spent = await spend(transaction, tokenHash, 'EMAIL_VERIFICATION');
        if (spent === null || spent.emailVerified) {
          return spent;
        }
        const user = await change(transaction, spent.id, { emailVerified: true });
        await outbox.append(transaction, emailVerified(user, client));
        return user;
      }, TRANSACTION_LIMITS),
    resetPassword: ({ tokenHash, passwordHash }, client) =>
      prisma.$transaction(async (transaction) => {
        const spent = await spend(transaction, tokenHash, 'PASSWORD_RESET');
        if (spent === null) {
          return null;
        }
        if (!spent.emailVerified) {
          const verified = await change(transaction, spent.id, { emailVerified: true });
          await outbox.append(transaction, emailVerified(verified, client));
        }
        const user = await change(transaction, spent.id, { passwordHash });
        const ended = await revokeSessions(transaction, user.id);
        await outbox.append(transaction, passwordChanged(user, ended, client));
        return user;
      }, TRANSACTION_LIMITS),
  };
}

/** Ends a token and holds its user's row, ACTIVE ones only. Of two at once one deletes the token, the other finds none. */
async function spend(
  transaction: Prisma.TransactionClient,
  tokenHash: string,
  purpose: TokenPurpose,
): Promise<UserRecord | null> {
  const token = await transaction.singleUseToken.findFirst({
    where: { tokenHash, purpose, expiresAt: { gt: new Date() } },
    select: { userId: true },
  });
  if (token === null) {
    return null;
  }
  await lockUser(transaction, token.userId);
  const { count } = await transaction.singleUseToken.deleteMany({ where: { tokenHash } });
  if (count === 0) {
    return null;
  }
  return transaction.user.findFirst({
    where: { id: token.userId, status: 'ACTIVE' },
    select: userColumns,
  });
}

function change(
  transaction: Prisma.TransactionClient,
  id: string,
  data: { readonly emailVerified: true } | { readonly passwordHash: string },
): Promise<UserRecord> {
  return transaction.user.update({
    where: { id },
    data: { ...data, version: { increment: 1 } },
    select: userColumns,
  });
}
