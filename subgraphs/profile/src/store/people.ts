import type { Prisma } from '../generated/prisma/client.js';

/** Table `erased_people`, and who of the others is being made or erased right now. */
export interface PeopleStore {
  /**
   * Waits until whoever else makes or erases this person's rows has ended; they wait until this transaction ends.
   * Neither would see what the other has not committed yet.
   */
  lock(userId: string): Promise<void>;
  /** Keeps in mind that the person was erased. Doing it again changes nothing. */
  bury(userId: string): Promise<void>;
  /** Of these people, those that were erased. */
  findErased(userIds: ReadonlyArray<string>): Promise<ReadonlySet<string>>;
}

export function createPeopleStore(prisma: Prisma.TransactionClient): PeopleStore {
  return {
    async lock(userId) {
      await prisma.$executeRaw`
        SELECT pg_advisory_xact_lock(hashtextextended('profile.person.' || ${userId}, 0))`;
    },
    async bury(userId) {
      await prisma.erasedPerson.createMany({ data: [{ userId }], skipDuplicates: true });
    },
    async findErased(userIds) {
      const rows = await prisma.erasedPerson.findMany({
        where: { userId: { in: [...userIds] } },
        select: { userId: true },
      });
      return new Set(rows.map(({ userId }) => userId));
    },
  };
}
