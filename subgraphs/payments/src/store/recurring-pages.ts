import type { Page } from '@supergraph/platform/paging';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { allOf, toPageCondition, toPageOrder } from './payment-conditions.js';
import type { RecurringPaymentRecord, RecurringPaymentStatus } from './records.js';
import { recurringColumns, toRecurringRecord, type RecurringRow } from './recurring-columns.js';

/** Lists over table `recurring_payments`, one statement a call, one row more than the page. */
export interface RecurringPageStore {
  /**
   * The newest first, in the direction of reading.
   *
   * @param args.userId only what this user sends or receives; all when null
   * @param args.statuses only of these statuses; of any when null
   */
  list(args: {
    readonly userId: string | null;
    readonly page: Page;
    readonly statuses: ReadonlyArray<RecurringPaymentStatus> | null;
  }): Promise<ReadonlyArray<RecurringPaymentRecord>>;
}

export function createRecurringPageStore(prisma: PrismaClient): RecurringPageStore {
  return {
    async list({ userId, page, statuses }) {
      const condition = allOf([
        toPageCondition(page, {}),
        ...(statuses === null
          ? []
          : [Prisma.sql`status = ANY(${[...statuses]}::payments."RecurringPaymentStatus"[])`]),
      ]);
      const order = toPageOrder(page);
      const limit = page.size + 1;
      const rowsWhere = (isParty: Prisma.Sql): Prisma.Sql => Prisma.sql`
        (SELECT * FROM payments.recurring_payments WHERE ${isParty} AND ${condition}
         ORDER BY ${order} LIMIT ${limit})`;
      // Each side is read from its own index in order, as payments are.
      const source =
        userId === null
          ? rowsWhere(Prisma.sql`TRUE`)
          : Prisma.sql`(${rowsWhere(Prisma.sql`user_id = ${userId}::uuid`)} UNION ALL
              ${rowsWhere(Prisma.sql`recipient_id = ${userId}::uuid AND user_id <> ${userId}::uuid`)})`;
      const rows = await prisma.$queryRaw<RecurringRow[]>`
        SELECT ${recurringColumns} FROM ${source} AS listed ORDER BY ${order} LIMIT ${limit}`;
      return rows.map(toRecurringRecord);
    },
  };
}
