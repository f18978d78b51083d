import { Prisma } from '../generated/prisma/client.js';
import type { RecurringPaymentRecord } from './records.js';

/** The columns of a {@link RecurringPaymentRecord}. */
export const recurringColumns = Prisma.sql`
  id, user_id AS "userId", recipient_id AS "recipientId", amount, currency, description, metadata,
  unit::text AS unit, every, first_due_at AS "firstDueAt", occurrences, ends_at AS "endsAt",
  status::text AS status, status_reason::text AS "statusReason", cancel_reason AS "cancelReason",
  next_occurrence AS "nextOccurrence", next_due_at AS "nextDueAt", made_count AS "madeCount",
  missed_count AS "missedCount", created_at AS "createdAt", updated_at AS "updatedAt", ended_at AS "endedAt", version`;

/** The same for Prisma's own queries. */
export const recurringSelection = {
  id: true,
  userId: true,
  recipientId: true,
  amount: true,
  currency: true,
  description: true,
  metadata: true,
  unit: true,
  every: true,
  firstDueAt: true,
  occurrences: true,
  endsAt: true,
  status: true,
  statusReason: true,
  cancelReason: true,
  nextOccurrence: true,
  nextDueAt: true,
  madeCount: true,
  missedCount: true,
  createdAt: true,
  updatedAt: true,
  endedAt: true,
  version: true,
} as const satisfies Prisma.RecurringPaymentSelect;

/** A recurring payment as Prisma gives it: its own type for exact numbers. */
export type RecurringRow = Omit<RecurringPaymentRecord, 'amount'> & { readonly amount: Prisma.Decimal };

/** Gives a row the shape that the rest of the service knows: text for the exact number. */
export function toRecurringRecord(row: RecurringRow): RecurringPaymentRecord {
  return { ...row, amount: row.amount.toFixed() };
}

/** What every column is that says that something goes on, once it does not any more. */
export const OVER = { nextOccurrence: null, nextDueAt: null, processAfter: null } as const;
