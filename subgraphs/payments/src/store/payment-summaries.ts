import { groupBy } from '@supergraph/platform/database';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { SummaryRecord } from './records.js';

/** Sums over table `payments`. */
export interface PaymentSummaryStore {
  /** One statement for any number of users; who has no payment is absent. */
  summarize(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, SummaryRecord>>;
}

interface Row {
  readonly userId: string;
  readonly side: 'sent' | 'received';
  readonly currency: string;
  readonly count: number;
  readonly completed: Prisma.Decimal | null;
}

export function createPaymentSummaryStore(prisma: PrismaClient): PaymentSummaryStore {
  return {
    async summarize(userIds) {
      const ids = [...userIds];
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT party_id AS "userId", side, currency, count(*)::integer AS count,
               sum(amount) FILTER (WHERE status = 'COMPLETED') AS completed
        FROM (
          SELECT user_id AS party_id, 'sent' AS side, currency, amount, status
          FROM payments.payments WHERE user_id = ANY(${ids}::uuid[])
          UNION ALL
          SELECT recipient_id, 'received', currency, amount, status
          FROM payments.payments WHERE recipient_id = ANY(${ids}::uuid[])
        ) AS both_sides
        GROUP BY party_id, side, currency
        ORDER BY currency`;
      return new Map(
        [...groupBy(rows, (row) => row.userId)].map(([userId, own]) => [userId, toSummary(own)]),
      );
    },
  };
}

function toSummary(rows: ReadonlyArray<Row>): SummaryRecord {
  const sent = rows.filter(({ side }) => side === 'sent');
  const received = rows.filter(({ side }) => side === 'received');
  return {
    sentCount: countOf(sent),
    receivedCount: countOf(received),
    sent: sumsOf(sent),
    received: sumsOf(received),
  };
}

function countOf(rows: ReadonlyArray<Row>): number {
  return rows.reduce((total, { count }) => total + count, 0);
}

function sumsOf(rows: ReadonlyArray<Row>): SummaryRecord['sent'] {
  return rows.flatMap(({ completed, currency }) =>
    completed === null ? [] : [{ amount: completed.toFixed(), currency }],
  );
}
