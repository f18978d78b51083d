import { isUniqueViolation } from '@supergraph/platform/database';
import { keysetQuery, type Page } from '@supergraph/platform/paging';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { Role, UserStatus } from '../generated/prisma/enums.js';

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
}

/** Narrows a list of users; what is undefined does not narrow. */
export interface UserFilter {
  readonly role?: Role | undefined;
  readonly status?: UserStatus | undefined;
}

const columns = {
  id: true,
  email: true,
  name: true,
  role: true,
  status: true,
  emailVerified: true,
  createdAt: true,
} as const;

/** Table `users`. */
export interface UserStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, UserRecord>>;
  findCredentials(
    email: string,
  ): Promise<{ readonly user: UserRecord; readonly passwordHash: string } | null>;
  add(user: {
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string;
  }): Promise<UserRecord | 'emailTaken'>;
  /** Up to `page.size + 1` users in the direction of reading. */
  list(page: Page, filter: UserFilter): Promise<ReadonlyArray<UserRecord>>;
}

export function createUserStore(prisma: PrismaClient): UserStore {
  return {
    async findMany(ids) {
      const rows = await prisma.user.findMany({ where: { id: { in: [...ids] } }, select: columns });
      return new Map(rows.map((row) => [row.id, row]));
    },
    async findCredentials(email) {
      const row = await prisma.user.findUnique({
        where: { email },
        select: { ...columns, passwordHash: true },
      });
      if (row === null) {
        return null;
      }
      const { passwordHash, ...user } = row;
      return { user, passwordHash };
    },
    async add(user) {
      try {
        return await prisma.user.create({ data: user, select: columns });
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
        select: columns,
      });
    },
  };
}
