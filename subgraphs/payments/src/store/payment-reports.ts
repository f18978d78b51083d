import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import type { PaymentStatus, PaymentType } from './records.js';

/** One line of a report: how many payments in a currency, and how much in all. */
export interface ReportLine {
  readonly currency: string;
  readonly count: number;
  /** A decimal number, never a float. */
  readonly amount: string;
}

/** Payments made in a period, added up in three ways. */
export interface PaymentReportRecord {
  readonly byStatus: ReadonlyArray<ReportLine & { readonly status: PaymentStatus }>;
  readonly byType: ReadonlyArray<ReportLine & { readonly type: PaymentType }>;
  /** By the day in UTC, as `2026-11-23`. */
  readonly byDay: ReadonlyArray<ReportLine & { readonly day: string }>;
}

/** Which payments are reported: made in `[from, before)`, by or to `userId`, of everybody when null. */
export interface ReportScope {
  readonly userId: string | null;
  readonly from: Date;
  readonly before: Date;
}

/** Sums over table `payments`. */
export interface PaymentReportStore {
  /** Adds up in the database, in one statement. */
  report(scope: ReportScope): Promise<PaymentReportRecord>;
}

interface Row {
  readonly status: PaymentStatus | null;
  readonly type: PaymentType | null;
  readonly day: string | null;
  readonly currency: string;
  readonly count: number;
  readonly amount: Prisma.Decimal;
}

export function createPaymentReportStore(prisma: PrismaClient): PaymentReportStore {
  return {
    async report({ userId, from, before }) {
      const period = Prisma.sql`created_at >= ${from}::timestamptz AND created_at < ${before}::timestamptz`;
      const columns = Prisma.sql`status, type, (created_at AT TIME ZONE 'UTC')::date AS day, currency, amount`;
      // A side each from its own index; a payment to oneself counts once.
      const payments =
        userId === null
          ? Prisma.sql`SELECT ${columns} FROM payments.payments WHERE ${period}`
          : Prisma.sql`
              SELECT ${columns} FROM payments.payments WHERE user_id = ${userId}::uuid AND ${period}
              UNION ALL
              SELECT ${columns} FROM payments.payments
              WHERE recipient_id = ${userId}::uuid AND user_id <> ${userId}::uuid AND ${period}`;
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT status::text AS status, type::text AS type, to_char(day, 'YYYY-MM-DD') AS day, currency,
               count(*)::integer AS count, sum(amount) AS amount
        FROM (${payments}) AS payment
        GROUP BY GROUPING SETS ((status, currency), (type, currency), (day, currency))
        ORDER BY payment.status, payment.type, payment.day, currency`;
      const lines = rows.map((row) => ({ ...row, amount: row.amount.toFixed() }));
      return {
        byStatus: lines.flatMap(({ status, ...line }) => (status === null ? [] : [{ ...line, status }])),
        byType: lines.flatMap(({ type, ...line }) => (type === null ? [] : [{ ...line, type }])),
        byDay: lines.flatMap(({ day, ...line }) => (day === null ? [] : [{ ...line, day }])),
      };
    },
  };
}
