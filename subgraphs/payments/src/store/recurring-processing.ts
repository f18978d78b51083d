import type { Outbox } from '@supergraph/platform/events';
import type { RecurringStep } from '../domain/recurring-step.js';
import { isGivenUp } from '../domain/recurrence.js';
import { recurringPaymentChanged, recurringPaymentEnded } from '../events/tells-recurring.js';
import { SYSTEM } from '../events/tells.js';
import { type Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { findErased } from './erased-people.js';
import type { Claim } from './payment-processing.js';
import { writePayment } from './payments.js';
import type { PaymentRecord, RecurringPaymentReason, RecurringPaymentRecord } from './records.js';
import {
  OVER,
  recurringColumns,
  recurringSelection,
  toRecurringRecord,
  type RecurringRow,
} from './recurring-columns.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** A recurring payment that goes on. */
export type OpenRecurringPayment = RecurringPaymentRecord & { readonly nextOccurrence: number };

/** Table `recurring_payments` where the worker changes it, with the payments that come of it. */
export interface RecurringProcessingStore {
  /** Claims what is due: nobody else gets it before the claim ends. `now` is the database's moment of it. */
  claimDue(
    claim: Claim,
  ): Promise<{ readonly series: ReadonlyArray<OpenRecurringPayment>; readonly now: Date }>;
  /**
   * Takes one step, and makes the payment that belongs to it, in one transaction.
   *
   * @param series as it was when the step was planned; when it has changed since, nothing is done
   * @param payment what the step's payment is to be called, and from when it may be handed over
   * @returns the payment; null when the step has none or nothing was done
   */
  advance(
    series: OpenRecurringPayment,
    step: RecurringStep,
    payment: { readonly id: string; readonly processAfter: Date },
  ): Promise<PaymentRecord | null>;
}

export function createRecurringProcessingStore(
  prisma: PrismaClient,
  outbox: Outbox,
): RecurringProcessingStore {
  return {
    async claimDue({ limit, until }) {
      // Who only claims changes nothing that anybody sees, so neither the version nor the time of the last change.
      const rows = await prisma.$queryRaw<
        (RecurringRow & { readonly nextOccurrence: number; readonly now: Date })[]
      >`
        UPDATE payments.recurring_payments SET process_after = ${until}::timestamptz
        WHERE id IN (
          SELECT id FROM payments.recurring_payments WHERE process_after <= now() AND next_due_at <= now()
          ORDER BY process_after LIMIT ${limit} FOR UPDATE SKIP LOCKED
        )
        RETURNING ${recurringColumns}, now() AS now`;
      const series = rows.map(({ now: _now, ...row }) => ({
        ...toRecurringRecord(row),
        nextOccurrence: row.nextOccurrence,
      }));
      return { series, now: rows[0]?.now ?? new Date() };
    },
    advance: (series, step, payment) =>
      prisma.$transaction(
        (transaction) => advanceIn(transaction, outbox, series, step, payment),
        TRANSACTION_LIMITS,
      ),
  };
}

async function advanceIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  series: OpenRecurringPayment,
  step: RecurringStep,
  payment: { readonly id: string; readonly processAfter: Date },
): Promise<PaymentRecord | null> {
  const { id, userId, recipientId } = series;
  const erased = await findErased(transaction, recipientId === null ? [userId] : [userId, recipientId]);
  // Locked, so that of two who planned the same step one finds it taken.
  const [locked] = await transaction.$queryRaw<{ readonly nextOccurrence: number | null }[]>`
    SELECT next_occurrence AS "nextOccurrence" FROM payments.recurring_payments
    WHERE id = ${id}::uuid FOR UPDATE`;
  if (locked?.nextOccurrence !== series.nextOccurrence) {
    return null;
  }
  if (erased.size > 0) {
    await endIn(transaction, outbox, id, erased.has(userId) ? 'PAYER_ERASED' : 'RECIPIENT_ERASED');
    return null;
  }
  const made =
    step.paid === null
      ? null
      : await writePayment(transaction, outbox, { ...toNewPayment(series, step.paid), ...payment }, SYSTEM);
  const now = new Date();
  const { next } = step;
  const row = await transaction.recurringPayment.update({
    where: { id },
    data: {
      status: step.status,
      statusReason: step.statusReason,
      madeCount: { increment: step.paid === null ? 0 : 1 },
      missedCount: { increment: step.missed },
      ...(next === null
        ? { ...OVER, endedAt: now }
        : { nextOccurrence: next.occurrence, nextDueAt: next.dueAt, processAfter: next.dueAt }),
      updatedAt: now,
      version: { increment: 1 },
    },
    select: recurringSelection,
  });
  const told = recurringPaymentChanged(series, toRecurringRecord(row));
  if (told !== undefined) {
    await outbox.append(transaction, told);
  }
  return made;
}

function toNewPayment(series: OpenRecurringPayment, occurrence: number) {
  const { id, userId, recipientId, amount, currency, description } = series;
  return {
    userId,
    recipientId,
    amount,
    currency,
    description,
    metadata: series.metadata as Readonly<Record<string, unknown>> | null,
    type: 'RECURRING' as const,
    scheduledFor: null,
    recurringPaymentId: id,
    occurrence,
  };
}

/**
 * Counts how a payment of a recurring payment ended, and ends it after too many failures in a row. The payment's row is
 * locked before, as everywhere.
 */
export async function recordOccurrenceEnd(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  id: string,
  to: 'COMPLETED' | 'FAILED',
): Promise<void> {
  const [row] = await transaction.$queryRaw<{ readonly failures: number; readonly isOpen: boolean }[]>`
    UPDATE payments.recurring_payments
    SET failures_in_row = CASE WHEN ${to === 'FAILED'}::boolean THEN failures_in_row + 1 ELSE 0 END
    WHERE id = ${id}::uuid
    RETURNING failures_in_row AS failures, ended_at IS NULL AS "isOpen"`;
  if (row?.isOpen === true && isGivenUp(row.failures)) {
    await endIn(transaction, outbox, id, 'TOO_MANY_FAILURES');
  }
}

/** Ends a recurring payment that goes on and whose row is locked, and tells it. */
export async function endIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  id: string,
  reason: RecurringPaymentReason,
): Promise<void> {
  const now = new Date();
  const row = await transaction.recurringPayment.update({
    where: { id },
    data: {
      ...OVER,
      status: 'ENDED',
      statusReason: reason,
      updatedAt: now,
      endedAt: now,
      version: { increment: 1 },
    },
    select: recurringSelection,
  });
  await outbox.append(transaction, recurringPaymentEnded(toRecurringRecord(row), reason));
}
