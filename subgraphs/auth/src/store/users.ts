import { isUniqueViolation } from '@supergraph/platform/database';
import { keysetQuery, type Page } from '@supergraph/platform/paging';
import type { Outbox } from '@supergraph/platform/events';
import { passwordChanged, registered, type Author } from '../events/tells.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { Role, UserStatus } from '../generated/prisma/enums.js';
import { countingAttempt, type AttemptCounter, type CountedAttempts } from './attempt-counters.js';
import { revokeSessions } from './revoke-sessions.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

export type { Role, UserStatus };

/** A user without the password hash, which leaves the store by {@link UserStore.findCredentials} only. */
export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: UserStatus;
  readonly emailVerified: boolean;
  readonly createdAt: Date;
  readonly version: number;
}

/** A user and the hash by which they prove themselves. */
export interface Credentials {
  readonly user: UserRecord;
  readonly passwordHash: string;
}

/** Narrows a list of users; what is undefined does not narrow. */
export interface UserFilter {
  readonly role?: Role | undefined;
  readonly status?: UserStatus | undefined;
}

/** The columns of a {@link UserRecord}. */
export const userColumns = {
  id: true,
  email: true,
  name: true,
  role: true,
  status: true,
  emailVerified: true,
  createdAt: true,
  version: true,
} as const;

/** Table `users`. */
export interface UserStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, UserRecord>>;
  findByEmail(email: string): Promise<UserRecord | null>;
  findCredentials(email: string): Promise<Credentials | null>;
  /** The same, and counts the attempt, by one statement. */
  findCredentialsAndCount(
    email: string,
    counter: AttemptCounter,
  ): Promise<{ readonly found: Credentials | null; readonly counted: CountedAttempts }>;
  /** Null when the user is not ACTIVE or the session is not a live one of theirs. */
  findOwnCredentials(args: {
    readonly userId: string;
    readonly sessionId: string;
  }): Promise<Credentials | null>;
  /** Any bcrypt hash that an account brought from an older system, null when none is left. */
  findOlderHash(): Promise<string | null>;
  /** Puts a hash made with today's parameters in the place of an older one; false when that was replaced already. */
  rehashPassword(args: {
    readonly userId: string;
    readonly spentHash: string;
    readonly nextHash: string;
  }): Promise<boolean>;
  /** Replaces the password hash and ends every session but one; `stale` when the hash or the session is no longer so. */
  replacePassword(
    args: {
      readonly userId: string;
      readonly spentHash: string;
      readonly nextHash: string;
      readonly keepSessionId: string;
    },
    client: Author['client'],
  ): Promise<{ readonly endedSessions: number } | 'stale'>;
  add(
    user: { readonly email: string; readonly name: string; readonly passwordHash: string },
    client: Author['client'],
  ): Promise<UserRecord | 'emailTaken'>;
  /** Up to `page.size + 1` users in the direction of reading. */
  list(page: Page, filter: UserFilter): Promise<ReadonlyArray<UserRecord>>;
}

export function createUserStore(prisma: PrismaClient, outbox: Outbox): UserStore {
  return {
    async findMany(ids) {
      const rows = await prisma.user.findMany({ where: { id: { in: [...ids] } }, select: userColumns });
      return new Map(rows.map((row) => [row.id, row]));
    },
    findByEmail: (email) => prisma.user.findUnique({ where: { email }, select: userColumns }),
    async findCredentials(email) {
      const row = await prisma.user.findUnique({
        where: { email },
        select: { ...userColumns, passwordHash: true },
      });
      return toCredentials(row);
    },
    async findCredentialsAndCount(email, counter) {
      const [row] = await prisma.$queryRaw<ReadonlyArray<CountedAttempts & Partial<CredentialsRow>>>`
        ${countingAttempt(counter)}
        SELECT counted.attempts, counted.seconds_left AS "secondsLeft", u.id::text, u.email, u.name, u.role::text,
          u.status::text, u.email_verified AS "emailVerified", u.created_at AS "createdAt", u.version,
          u.password_hash AS "passwordHash"
        FROM counted LEFT JOIN users u ON u.email = ${email}`;
      if (row === undefined) {
        throw new Error('An attempt was counted and no count came back.');
      }
      const { attempts, secondsLeft, ...user } = row;
      const found = typeof user.id === 'string' ? toCredentials(user as CredentialsRow) : null;
      return { found, counted: { attempts, secondsLeft } };
    },
    async findOwnCredentials({ userId, sessionId }) {
      const live = { id: sessionId, revokedAt: null, expiresAt: { gt: new Date() } };
      const row = await prisma.user.findFirst({
        where: { id: userId, status: 'ACTIVE', sessions: { some: live } },
        select: { ...userColumns, passwordHash: true },
      });
      return toCredentials(row);
    },
    async findOlderHash() {
      const [row] = await prisma.$queryRaw<ReadonlyArray<{ readonly hash: string }>>`
        SELECT password_hash AS hash FROM users WHERE password_hash LIKE '$2%' LIMIT 1`;
      return row?.hash ?? null;
    },
    async rehashPassword({ userId, spentHash, nextHash }) {
      const { count } = await prisma.user.updateMany({
        where: { id: userId, passwordHash: spentHash },
        data: { passwordHash: nextHash },
      });
      return count === 1;
    },
    replacePassword: ({ userId, spentHash, nextHash, keepSessionId }, client) =>
      prisma.$transaction(async (transaction) => {
        const [user] = await transaction.user.updateManyAndReturn({
          where: {
            id: userId,
            passwordHash: spentHash,
            status: 'ACTIVE',
            sessions: { some: { id: keepSessionId, revokedAt: null } },
          },
          data: { passwordHash: nextHash, version: { increment: 1 } },
          select: { id: true, version: true },
        });
        if (user === undefined) {
          return 'stale' as const;
        }
        const ended = await revokeSessions(transaction, userId, { id: { not: keepSessionId } });
        await outbox.append(transaction, passwordChanged(user, ended, client));
        return { endedSessions: ended.length };
      }, TRANSACTION_LIMITS),
    async add(user, client) {
      try {
        return await prisma.$transaction(async (transaction) => {
          const added = await transaction.user.create({ data: user, select: userColumns });
          await outbox.append(transaction, registered(added, client));
          return added;
        }, TRANSACTION_LIMITS);
      } catch (error) {
        if (isUniqueViolation(error, 'email')) {
          return 'emailTaken';
        }
        throw error;
      }
    },
    list(page, filter) {
      const { where, orderBy, take } = keysetQuery(page, 'createdAt');
      return prisma.user.findMany({
        where: {
          ...where,
          ...(filter.role === undefined ? {} : { role: filter.role }),
          ...(filter.status === undefined ? {} : { status: filter.status }),
        },
        orderBy,
        take,
        select: userColumns,
      });
    },
  };
}

type CredentialsRow = UserRecord & { readonly passwordHash: string };

function toCredentials(row: CredentialsRow | null): Credentials | null {
  if (row === null) {
    return null;
  }
  const { passwordHash, ...user } = row;
  return { user, passwordHash };
}
