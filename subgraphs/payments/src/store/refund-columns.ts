import { Prisma } from '../generated/prisma/client.js';
import type { RefundRecord } from './records.js';

/** The columns of a {@link RefundRecord} from `refund` joined with its `payment`. */
export const refundColumns = Prisma.sql`
  refund.id, refund.payment_id AS "paymentId", payment.user_id AS "userId",
  payment.recipient_id AS "recipientId", refund.amount, payment.currency, refund.status::text AS status,
  refund.reason, refund.failure_reason AS "failureReason", refund.created_at AS "createdAt",
  refund.settled_at AS "settledAt"`;

/** A refund as Prisma gives it: its own type for exact numbers. */
export type RefundRow = Omit<RefundRecord, 'amount'> & { readonly amount: Prisma.Decimal };

/** Gives a row the shape that the rest of the service knows: text for the exact number. */
export function toRefundRecord(row: RefundRow): RefundRecord {
  return { ...row, amount: row.amount.toFixed() };
}
