import { Prisma } from '../generated/prisma/client.js';
import type { PaymentRecord } from './records.js';

/** The columns of a {@link PaymentRecord} for Prisma's own queries. */
export const paymentSelection = {
  id: true,
  userId: true,
  recipientId: true,
  amount: true,
  currency: true,
  status: true,
  type: true,
  description: true,
  metadata: true,
  scheduledFor: true,
  recurringPaymentId: true,
  occurrence: true,
  failureReason: true,
  createdAt: true,
  updatedAt: true,
  completedAt: true,
  version: true,
} as const satisfies Prisma.PaymentSelect;

/** The same columns for SQL by hand; the schema is named, so that no search path decides which table is read. */
export const paymentColumns = Prisma.sql`
  id, user_id AS "userId", recipient_id AS "recipientId", amount, currency, status::text AS status,
  type::text AS type, description, metadata, scheduled_for AS "scheduledFor",
  recurring_payment_id AS "recurringPaymentId", occurrence, failure_reason AS "failureReason",
  created_at AS "createdAt", updated_at AS "updatedAt", completed_at AS "completedAt", version`;

/** A payment as Prisma gives it: its own type for exact numbers. */
export type PaymentRow = Omit<PaymentRecord, 'amount'> & { readonly amount: Prisma.Decimal };

/** Gives a row the shape that the rest of the service knows: text for the exact number. */
export function toPaymentRecord(row: PaymentRow): PaymentRecord {
  return { ...row, amount: row.amount.toFixed() };
}
