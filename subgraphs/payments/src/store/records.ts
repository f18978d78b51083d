import type {
  PaymentStatus,
  PaymentType,
  RecurrenceUnit,
  RecurringPaymentReason,
  RecurringPaymentStatus,
  RefundStatus,
} from '../generated/prisma/enums.js';

export type {
  PaymentStatus,
  PaymentType,
  RecurrenceUnit,
  RecurringPaymentReason,
  RecurringPaymentStatus,
  RefundStatus,
};

/** A payment as everybody who may see it sees it. */
export interface PaymentRecord {
  readonly id: string;
  readonly userId: string;
  readonly recipientId: string | null;
  /** A decimal number as the database writes it, never a float. */
  readonly amount: string;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly type: PaymentType;
  readonly description: string | null;
  readonly metadata: unknown;
  readonly scheduledFor: Date | null;
  /** What made it; null when it was asked for on its own. */
  readonly recurringPaymentId: string | null;
  /** Which of its dates, counted from 1. */
  readonly occurrence: number | null;
  readonly failureReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
  readonly version: number;
}

/** A payment that is made again and again. */
export interface RecurringPaymentRecord {
  readonly id: string;
  readonly userId: string;
  readonly recipientId: string | null;
  /** A decimal number as the database writes it, never a float. */
  readonly amount: string;
  readonly currency: string;
  readonly description: string | null;
  readonly metadata: unknown;
  readonly unit: RecurrenceUnit;
  readonly every: number;
  readonly firstDueAt: Date;
  readonly occurrences: number | null;
  readonly endsAt: Date | null;
  readonly status: RecurringPaymentStatus;
  readonly statusReason: RecurringPaymentReason | null;
  readonly cancelReason: string | null;
  /** The date that comes next, counted from 1; null when none does any more. */
  readonly nextOccurrence: number | null;
  readonly nextDueAt: Date | null;
  readonly madeCount: number;
  readonly missedCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly endedAt: Date | null;
  readonly version: number;
}

/** One change of a payment's status. */
export interface TransitionRecord {
  readonly from: PaymentStatus | null;
  readonly to: PaymentStatus;
  readonly reason: string | null;
  readonly occurredAt: Date;
}

/** Money that goes back to the payer of a payment; with the payment's parties, who may see it. */
export interface RefundRecord {
  readonly id: string;
  readonly paymentId: string;
  readonly userId: string;
  readonly recipientId: string | null;
  /** A decimal number as the database writes it, never a float. */
  readonly amount: string;
  readonly currency: string;
  readonly status: RefundStatus;
  readonly reason: string | null;
  readonly failureReason: string | null;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
}

/** How much a user sent and received; sums are of what was COMPLETED, by currency in alphabetical order. */
export interface SummaryRecord {
  readonly sentCount: number;
  readonly receivedCount: number;
  readonly sent: ReadonlyArray<{ readonly amount: string; readonly currency: string }>;
  readonly received: ReadonlyArray<{ readonly amount: string; readonly currency: string }>;
}
