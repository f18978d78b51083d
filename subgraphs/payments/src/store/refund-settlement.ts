import type { Outbox } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import { paymentRefunded, refundFailed, type Doer, type ToldPayment } from '../events/tells.js';
import { type Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { writePosting, type LedgerLine } from './ledger.js';
import type { Claim } from './payment-processing.js';
import type { PaymentStatus, RefundRecord } from './records.js';
import { refundColumns, toRefundRecord, type RefundRow } from './refund-columns.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

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
  /** Ends a refund, tells it, and gives it as it is then; one that has ended stays as it is. */
  settle(refund: RefundRecord, end: RefundEnd, doer: Doer): Promise<RefundRecord>;
}

export function createRefundSettlementStore(prisma: PrismaClient, outbox: Outbox): RefundSettlementStore {
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
    settle: (refund, end, doer) =>
      prisma.$transaction(
        (transaction) => settleIn(transaction, outbox, refund, end, doer),
        TRANSACTION_LIMITS,
      ),
  };
}

async function settleIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  refund: RefundRecord,
  end: RefundEnd,
  doer: Doer,
): Promise<RefundRecord> {
  // The payment before its refunds, as everywhere, so that nobody waits for each other.
  const [payment] = await transaction.$queryRaw<
    { readonly status: PaymentStatus; readonly amount: Prisma.Decimal; readonly version: number }[]
  >`SELECT status::text AS status, amount, version FROM payments.payments
    WHERE id = ${refund.paymentId}::uuid FOR UPDATE`;
  const stored = await transaction.refund.findUniqueOrThrow({
    where: { id: refund.id },
    select: { status: true, reason: true, failureReason: true, settledAt: true },
  });
  if (payment === undefined || stored.status !== 'PENDING') {
    return { ...refund, ...stored };
  }
  const now = new Date();
  const isErased = (await transaction.erasedPerson.count({ where: { userId: refund.userId } })) > 0;
  // The provider's words may be about the payer: of one who was erased only a code is kept.
  const words = isErased ? 'PROVIDER_DECLINED' : end.to === 'FAILED' ? end.failureReason : null;
  const failureReason = end.to === 'FAILED' ? words : null;
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
  const { userId, recipientId, currency } = refund;
  const { amount, version } = payment;
  const told = { id: refund.paymentId, userId, recipientId, amount: amount.toFixed(), currency, version };
  if (end.to === 'COMPLETED') {
    const status = await recordRepayment(
      transaction,
      { ...refund, reason: stored.reason },
      { ...payment, lines: end.lines, now },
    );
    const after: ToldPayment = { ...told, version: version + 1 };
    await outbox.append(transaction, paymentRefunded({ ...after, status }, refund, doer));
  } else {
    await outbox.append(transaction, refundFailed(told, refund, doer));
  }
  return { ...refund, status: end.to, failureReason, settledAt: now };
}

/** Moves the payment on: REFUNDED when all of it has gone back. @returns its new status */
async function recordRepayment(
  transaction: Prisma.TransactionClient,
  { paymentId, reason }: RefundRecord,
  payment: {
    readonly status: PaymentStatus;
    readonly amount: Prisma.Decimal;
    readonly lines: ReadonlyArray<LedgerLine>;
    readonly now: Date;
  },
): Promise<'PARTIALLY_REFUNDED' | 'REFUNDED'> {
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
  return to;
}
