import type { Page } from '@supergraph/platform/paging';
import { Prisma } from '../generated/prisma/client.js';
import type { UserRole, UserStatus } from '../generated/prisma/enums.js';

export type { UserRole, UserStatus };

/** What admin knows of a user. */
export interface UserRecord {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: UserRole;
  readonly status: UserStatus;
  /** Of auth's row. */
  readonly version: number;
}

/** Narrows a search; what is undefined does not narrow. */
export interface UserFilter {
  /** Beginnings of words of e-mail address or name, all of which must be there. */
  readonly words?: ReadonlyArray<string> | undefined;
  readonly role?: UserRole | undefined;
  readonly status?: UserStatus | undefined;
}

/** Table `users`: a replica. What comes late, after a newer version was written, changes nothing. */
export interface UserStore {
  /** Writes a whole row; nothing is written for who was erased. */
  put(user: UserRecord): Promise<void>;
  /** Writes what changed of a row; nothing when the user is not known here. */
  change(
    id: string,
    changes: Partial<Pick<UserRecord, 'role' | 'status'>> & Pick<UserRecord, 'version'>,
  ): Promise<void>;
  /** Takes e-mail and name out of the row of who was erased. */
  blank(id: string, version: number): Promise<void>;
  /** Gives how many rows that were. */
  remove(id: string): Promise<number>;
  /** Up to `page.size + 1` ids in the direction of reading; the list begins with the greatest id, the newest. */
  search(page: Page, filter: UserFilter): Promise<ReadonlyArray<string>>;
}

export function createUserStore(prisma: Prisma.TransactionClient): UserStore {
  return {
    async put({ id, email, name, role, status, version }) {
      await prisma.$executeRaw`
        INSERT INTO users (id, email, name, role, status, version)
        VALUES (${id}::uuid, ${email}, ${name}, ${role}::"UserRole", ${status}::"UserStatus", ${version})
        ON CONFLICT (id) DO UPDATE
          SET email = excluded.email, name = excluded.name, role = excluded.role, status = excluded.status,
              version = excluded.version
          WHERE users.version < excluded.version`;
    },
    async change(id, changes) {
      await prisma.user.updateMany({ where: { id, version: { lt: changes.version } }, data: changes });
    },
    async blank(id, version) {
      const data = { email: null, name: null, status: 'ERASED', version } as const;
      await prisma.user.updateMany({ where: { id }, data });
    },
    async remove(id) {
      return (await prisma.user.deleteMany({ where: { id } })).count;
    },
    async search(page, filter) {
      const rows = await prisma.$queryRaw<{ id: string }[]>(searchStatement(page, filter));
      return rows.map(({ id }) => id);
    },
  };
}

/** The words of a user as the index has them. */
const WORDS = Prisma.sql`to_tsvector('simple', translate(coalesce(email, '') || ' ' || coalesce(name, ''), '@.+-_/:', '       '))`;

/** The statement of a search, for the plans that tests look at too. */
export function searchStatement({ after, before, direction, size }: Page, filter: UserFilter): Prisma.Sql {
  const { words, role, status } = filter;
  const conditions = [
    ...(after === null ? [] : [Prisma.sql`users.id < ${after.id}::uuid`]),
    ...(before === null ? [] : [Prisma.sql`users.id > ${before.id}::uuid`]),
    ...(role === undefined ? [] : [Prisma.sql`role = ${role}::"UserRole"`]),
    ...(status === undefined ? [] : [Prisma.sql`status = ${status}::"UserStatus"`]),
    ...(words === undefined ? [] : [Prisma.sql`${WORDS} @@ to_tsquery('simple', ${toQuery(words)})`]),
  ];
  const condition = conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' AND ');
  const order = direction === 'forward' ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  return Prisma.sql`SELECT users.id::text AS id FROM users WHERE ${condition} ORDER BY users.id ${order} LIMIT ${size + 1}`;
}

/** Words hold letters and digits alone, so nothing in them means something to PostgreSQL. */
function toQuery(words: ReadonlyArray<string>): string {
  return words.map((word) => `'${word}':*`).join(' & ');
}
