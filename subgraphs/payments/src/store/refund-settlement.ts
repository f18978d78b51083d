import { v7 as uuidv7 } from 'uuid';
import { type Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { writePosting, type LedgerLine } from './ledger.js';
import type { Claim } from './payment-processing.js';
import type { PaymentStatus, RefundRecord } from './records.js';
import { refundColumns, toRefundRecord, type RefundRow } from './refund-columns.js';

/** How a refund that is PENDING ends. */
export type RefundEnd =
  | {
      readonly to: 'COMPLETED';
      readonly providerReference: string;
      readonly lines: ReadonlyArray<LedgerLine>;
    }
  | { readonly to: 'FAILED'; readonly failureReason: string };

/** Tables `refunds`, `payments`, `payment_transitions` and `ledger_entries` when a refund ends. */
export interface RefundSettlementStore {
  /** Claims refunds that are PENDING longer than they should, each for one caller. */
  claimUnsettled(claim: Claim): Promise<ReadonlyArray<RefundRecord>>;
  /** Ends a refund and gives it as it is then; one that has ended stays as it is. */
  settle(refund: RefundRecord, end: RefundEnd): Promise<RefundRecord>;
}

export function createRefundSettlementStore(prisma: PrismaClient): RefundSettlementStore {
  return {
    async claimUnsettled({ limit, until }) {
      const rows = await prisma.$queryRaw<RefundRow[]>`
        UPDATE payments.refunds AS refund SET process_after = ${until}::timestamptz
        FROM payments.payments AS payment
        WHERE payment.id = refund.payment_id AND refund.id IN (
          SELECT id FROM payments.refunds WHERE process_after <= now() AND status = 'PENDING'
          ORDER BY process_after LIMIT ${limit} FOR UPDATE SKIP LOCKED
        )
        RETURNING ${refundColumns}`;
      return rows.map(toRefundRecord);
    },
    settle: (refund, end) => prisma.$transaction((transaction) => settleIn(transaction, refund, end)),
  };
}

async function settleIn(
  transaction: Prisma.TransactionClient,
  refund: RefundRecord,
  end: RefundEnd,
): Promise<RefundRecord> {
  // The payment before its refunds, as everywhere, so that nobody waits for each other.
  const [payment] = await transaction.$queryRaw<
    { readonly status: PaymentStatus; readonly amount: Prisma.Decimal }[]
  >`SELECT status::text AS status, amount FROM payments.payments WHERE id = ${refund.paymentId}::uuid FOR UPDATE`;
  const stored = await transaction.refund.findUniqueOrThrow({
    where: { id: refund.id },
    select: { status: true, failureReason: true, settledAt: true },
  });
  if (payment === undefined || stored.status !== 'PENDING') {
    return { ...refund, ...stored };
  }
  const now = new Date();
  const failureReason = end.to === 'FAILED' ? end.failureReason : null;
  await transaction.refund.update({
    where: { id: refund.id },
    data: {
      status: end.to,
      settledAt: now,
      processAfter: null,
      failureReason,
      providerReference: end.to === 'COMPLETED' ? end.providerReference : null,
    },
    select: { id: true },
  });
  if (end.to === 'COMPLETED') {
    await recordRepayment(transaction, refund, { ...payment, lines: end.lines, now });
  }
  return { ...refund, status: end.to, failureReason, settledAt: now };
}

/** Moves the payment on: REFUNDED when all of it has gone back. */
async function recordRepayment(
  transaction: Prisma.TransactionClient,
  { paymentId, reason }: RefundRecord,
  payment: {
    readonly status: PaymentStatus;
    readonly amount: Prisma.Decimal;
    readonly lines: ReadonlyArray<LedgerLine>;
    readonly now: Date;
  },
): Promise<void> {
  const { _sum } = await transaction.refund.aggregate({
    where: { paymentId, status: 'COMPLETED' },
    _sum: { amount: true },
  });
  const to = payment.amount.equals(_sum.amount ?? 0) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  const { lines, now } = payment;
  await transaction.payment.update({
    where: { id: paymentId },
    data: { status: to, updatedAt: now, version: { increment: 1 } },
    select: { id: true },
  });
  const transitionId = uuidv7();
  await transaction.paymentTransition.create({
    data: { id: transitionId, paymentId, from: payment.status, to, reason, occurredAt: now },
    select: { id: true },
  });
  await writePosting(transaction, { paymentId, transitionId, lines, createdAt: now });
}
