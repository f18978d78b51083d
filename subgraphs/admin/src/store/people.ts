import type { Prisma } from '../generated/prisma/client.js';

/** Table `erased_people`, and what is forgotten of them elsewhere. */
export interface PeopleStore {
  /** Keeps in mind that the person was erased. Doing it again changes nothing. */
  bury(userId: string): Promise<void>;
  /**
   * Takes a buried person out of the side rows of the audit log.
   *
   * @returns the entries that it touched
   */
  forgetInAudit(userId: string): Promise<ReadonlyArray<string>>;
  /** How many rows keep the person's bare id, by table. */
  countBareIds(userId: string): Promise<{ readonly auditEntries: number; readonly settings: number }>;
}

export function createPeopleStore(prisma: Prisma.TransactionClient): PeopleStore {
  return {
    async bury(userId) {
      await prisma.erasedPerson.createMany({ data: [{ userId }], skipDuplicates: true });
    },
    async forgetInAudit(userId) {
      const rows = await prisma.$queryRaw<{ id: string }[]>`
        SELECT DISTINCT id::text FROM forget_in_audit(${userId}::uuid) AS touched (id)`;
      return rows.map(({ id }) => id);
    },
    async countBareIds(userId) {
      const [row] = await prisma.$queryRaw<{ auditEntries: number; settings: number }[]>`
        SELECT (SELECT count(*)::int FROM audit_entries WHERE resource_id = ${userId}) AS "auditEntries",
               (SELECT count(*)::int FROM settings WHERE updated_by = ${userId}::uuid) AS settings`;
      return row ?? { auditEntries: 0, settings: 0 };
    },
  };
}
