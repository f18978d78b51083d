import { groupBy } from '@supergraph/platform/database';
import type { Page } from '@supergraph/platform/paging';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { paymentColumns, toPaymentRecord, type PaymentRow } from './payment-columns.js';
import { toPageCondition, toPageOrder, type PaymentFilter } from './payment-conditions.js';
import { listByPayer } from './payment-pages-by-payer.js';
import type { PaymentRecord } from './records.js';

/** What a list of everybody's payments is ordered by. */
export type PaymentOrder = 'NEWEST_FIRST' | 'PAYER_NAME' | 'PAYER_EMAIL';

/** Lists over table `payments`, one statement a call. Rows come in the direction of reading, one more than the page. */
export interface PaymentPageStore {
  listAll(page: Page, filter: PaymentFilter, order: PaymentOrder): Promise<ReadonlyArray<PaymentRecord>>;
  /** The same page of what each of many users sent or received; who has none is absent. */
  listOfUsers(
    userIds: ReadonlyArray<string>,
    page: Page,
    filter: PaymentFilter,
  ): Promise<ReadonlyMap<string, ReadonlyArray<PaymentRecord>>>;
  /** The same page of the payments of each of many recurring payments; one that has none is absent. */
  listOfRecurring(
    recurringPaymentIds: ReadonlyArray<string>,
    page: Page,
  ): Promise<ReadonlyMap<string, ReadonlyArray<PaymentRecord>>>;
}

export function createPaymentPageStore(prisma: PrismaClient): PaymentPageStore {
  return {
    async listAll(page, filter, order) {
      if (order !== 'NEWEST_FIRST') {
        return listByPayer(prisma, order === 'PAYER_NAME' ? 'name' : 'email', page, filter);
      }
      const rows = await prisma.$queryRaw<PaymentRow[]>`
        SELECT ${paymentColumns} FROM payments.payments
        WHERE ${toPageCondition(page, filter)}
        ORDER BY ${toPageOrder(page)} LIMIT ${page.size + 1}`;
      return rows.map(toPaymentRecord);
    },
    async listOfUsers(userIds, page, filter) {
      const condition = toPageCondition(page, filter);
      const order = toPageOrder(page);
      const limit = page.size + 1;
      const oneSide = (isParty: Prisma.Sql): Prisma.Sql => Prisma.sql`
        (SELECT * FROM payments.payments WHERE ${isParty} AND ${condition} ORDER BY ${order} LIMIT ${limit})`;
      // `user_id = … OR recipient_id = …` would read and sort all that a user ever had: each side is read from its
      // own index in order, and no more of it than the page needs. A payment to oneself counts once.
      const rows = await prisma.$queryRaw<(PaymentRow & { readonly partyId: string })[]>`
        SELECT party.id AS "partyId", page.*
        FROM unnest(${[...userIds]}::uuid[]) AS party (id)
        CROSS JOIN LATERAL (
          SELECT ${paymentColumns}
          FROM (
            ${oneSide(Prisma.sql`user_id = party.id`)}
            UNION ALL
            ${oneSide(Prisma.sql`recipient_id = party.id AND user_id <> party.id`)}
          ) AS either_side
          ORDER BY ${order} LIMIT ${limit}
        ) AS page
        ORDER BY ${toOuterOrder(page)}`;
      const byParty = groupBy(rows, (row) => row.partyId);
      return new Map(
        [...byParty].map(([userId, own]) => [
          userId,
          own.map(({ partyId: _, ...row }) => toPaymentRecord(row)),
        ]),
      );
    },
    async listOfRecurring(recurringPaymentIds, page) {
      const order = toPageOrder(page);
      const rows = await prisma.$queryRaw<PaymentRow[]>`
        SELECT page.* FROM unnest(${[...recurringPaymentIds]}::uuid[]) AS owner (id)
        CROSS JOIN LATERAL (
          SELECT ${paymentColumns} FROM payments.payments
          WHERE recurring_payment_id = owner.id AND ${toPageCondition(page, {})}
          ORDER BY ${order} LIMIT ${page.size + 1}
        ) AS page
        ORDER BY ${toOuterOrder(page)}`;
      return groupBy(rows.map(toPaymentRecord), (row) => row.recurringPaymentId ?? '');
    },
  };
}

/** The order of rows that were read page by page. */
function toOuterOrder(page: Page): Prisma.Sql {
  return page.direction === 'forward'
    ? Prisma.sql`page."createdAt" DESC, page.id DESC`
    : Prisma.sql`page."createdAt" ASC, page.id ASC`;
}
