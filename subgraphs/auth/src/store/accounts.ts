import type { NewEvent, Outbox } from '@supergraph/platform/events';
import { reinstated, roleChanged, suspended, type Author } from '../events/tells.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { revokeSessions } from './revoke-sessions.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';
import { userColumns, type Role, type UserRecord, type UserStatus } from './users.js';

/** An ADMIN's change of somebody's account. */
export interface AccountChange {
  readonly actorId: string;
  /** The actor's session; one that has ended changes nothing. */
  readonly actorSessionId: string;
  readonly client: Author['client'];
  readonly userId: string;
  readonly change: { readonly role: Role } | { readonly status: Exclude<UserStatus, 'ERASED'> };
}

/** What came of it. */
export type AccountChangeOutcome =
  | { readonly type: 'userChanged'; readonly user: UserRecord }
  | { readonly type: 'userNotFound' }
  | { readonly type: 'userErased' }
  | { readonly type: 'lastAdmin' }
  | { readonly type: 'actorRefused' };

/** What an ADMIN changes of accounts: role and status, each together with the end of the sessions that carry the old. */
export interface AccountStore {
  change(change: AccountChange): Promise<AccountChangeOutcome>;
}

/** The name by which the trigger on `users` refuses to leave the system without an ADMIN. */
const LAST_ADMIN_GUARD = 'users_last_active_admin';

export function createAccountStore(prisma: PrismaClient, outbox: Outbox): AccountStore {
  return {
    async change(args) {
      try {
        return await prisma.$transaction(async (transaction): Promise<AccountChangeOutcome> => {
          // Both rows, in one order for everybody: of two ADMINs who demote each other the second finds itself demoted.
          await transaction.$queryRaw`
            SELECT id FROM users WHERE id IN (${args.actorId}::uuid, ${args.userId}::uuid) ORDER BY id FOR UPDATE`;
          const actor = await transaction.user.findFirst({
            where: {
              id: args.actorId,
              role: 'ADMIN',
              status: 'ACTIVE',
              sessions: { some: { id: args.actorSessionId, revokedAt: null } },
            },
            select: { id: true },
          });
          if (actor === null) {
            return { type: 'actorRefused' };
          }
          const user = await transaction.user.findUnique({ where: { id: args.userId }, select: userColumns });
          if (user === null) {
            return { type: 'userNotFound' };
          }
          if (user.status === 'ERASED') {
            return { type: 'userErased' };
          }
          if (isAlreadySo(user, args.change)) {
            return { type: 'userChanged', user };
          }
          const changed = await transaction.user.update({
            where: { id: args.userId },
            data: { ...args.change, version: { increment: 1 } },
            select: userColumns,
          });
          const ended = await revokeSessions(transaction, args.userId);
          await outbox.append(transaction, tell(args, user, changed, ended));
          return { type: 'userChanged', user: changed };
        }, TRANSACTION_LIMITS);
      } catch (error) {
        if (isLastAdminGuard(error)) {
          return { type: 'lastAdmin' };
        }
        throw error;
      }
    },
  };
}

function tell(
  { actorId, client, change }: AccountChange,
  before: UserRecord,
  after: UserRecord,
  ended: string[],
): NewEvent {
  const author = { actor: actorId, client };
  if ('role' in change) {
    return roleChanged(after, before.role, ended, author);
  }
  return change.status === 'SUSPENDED' ? suspended(after, ended, author) : reinstated(after, author);
}

function isAlreadySo(user: UserRecord, change: AccountChange['change']): boolean {
  return 'role' in change ? user.role === change.role : user.status === change.status;
}

function isLastAdminGuard(error: unknown): boolean {
  return error instanceof Error && error.message.includes(LAST_ADMIN_GUARD);
}
