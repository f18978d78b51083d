import { groupBy, isUniqueViolation } from '@supergraph/platform/database';
import type { Outbox } from '@supergraph/platform/events';
import { refundRequested, type Doer } from '../events/tells.js';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { findErased } from './erased-people.js';
import type { PaymentStatus, RefundRecord } from './records.js';
import { refundColumns, toRefundRecord, type RefundRow } from './refund-columns.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** A refund to be made, checked but for what is left. */
export interface NewRefund {
  readonly id: string;
  readonly paymentId: string;
  /** All that is left when null. */
  readonly amount: string | null;
  readonly reason: string | null;
  readonly requestedBy: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  /** From when the worker settles it, if nobody has. */
  readonly processAfter: Date;
  /** The table of transitions, asked while the payment is locked. */
  readonly mayRefund: (from: PaymentStatus) => boolean;
}

/** What became of a {@link NewRefund}. */
export type RefundAdded =
  | { readonly type: 'added'; readonly refund: RefundRecord }
  | { readonly type: 'refused'; readonly from: PaymentStatus }
  | { readonly type: 'exceeds'; readonly remaining: string }
  | { readonly type: 'keyTaken' }
  /** Who asks was erased. */
  | { readonly type: 'erased' };

/** Table `refunds`. */
export interface RefundStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, RefundRecord>>;
  /** The refunds of many payments in one statement, the oldest first. */
  listOfPayments(
    paymentIds: ReadonlyArray<string>,
  ): Promise<ReadonlyMap<string, ReadonlyArray<RefundRecord>>>;
  /** The refund that somebody asked for with this key before. */
  findByKey(
    requestedBy: string,
    idempotencyKey: string,
  ): Promise<{ readonly requestHash: string; readonly refund: RefundRecord } | null>;
  /** Locks the payment, sees what is left, sets the refund aside as PENDING and tells it, in one transaction. */
  add(refund: NewRefund, doer: Doer): Promise<RefundAdded>;
}

export function createRefundStore(prisma: PrismaClient, outbox: Outbox): RefundStore {
  return {
    async findMany(ids) {
      const rows = await prisma.$queryRaw<RefundRow[]>`
        SELECT ${refundColumns} FROM payments.refunds AS refund
        JOIN payments.payments AS payment ON payment.id = refund.payment_id
        WHERE refund.id = ANY(${[...ids]}::uuid[])`;
      return new Map(rows.map((row) => [row.id, toRefundRecord(row)]));
    },
    async listOfPayments(paymentIds) {
      const rows = await prisma.$queryRaw<RefundRow[]>`
        SELECT ${refundColumns} FROM payments.refunds AS refund
        JOIN payments.payments AS payment ON payment.id = refund.payment_id
        WHERE refund.payment_id = ANY(${[...paymentIds]}::uuid[])
        ORDER BY refund.created_at, refund.id`;
      return groupBy(rows.map(toRefundRecord), (refund) => refund.paymentId);
    },
    async findByKey(requestedBy, idempotencyKey) {
      const [row] = await prisma.$queryRaw<(RefundRow & { readonly requestHash: string })[]>`
        SELECT ${refundColumns}, refund.request_hash AS "requestHash" FROM payments.refunds AS refund
        JOIN payments.payments AS payment ON payment.id = refund.payment_id
        WHERE refund.requested_by = ${requestedBy}::uuid AND refund.idempotency_key = ${idempotencyKey}`;
      if (row === undefined) {
        return null;
      }
      const { requestHash, ...refund } = row;
      return { requestHash, refund: toRefundRecord(refund) };
    },
    async add(refund, doer) {
      try {
        return await prisma.$transaction(
          (transaction) => addIn(transaction, outbox, refund, doer),
          TRANSACTION_LIMITS,
        );
      } catch (error) {
        // Ids are new, so the index that a second request can meet is the one about the key.
        if (isUniqueViolation(error)) {
          return { type: 'keyTaken' };
        }
        throw error;
      }
    },
  };
}

interface LockedPayment {
  readonly userId: string;
  readonly recipientId: string | null;
  readonly amount: Prisma.Decimal;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly version: number;
}

async function addIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  { mayRefund, amount: asked, ...refund }: NewRefund,
  doer: Doer,
): Promise<RefundAdded> {
  if ((await findErased(transaction, [refund.requestedBy])).size > 0) {
    return { type: 'erased' };
  }
  const [payment] = await transaction.$queryRaw<LockedPayment[]>`
    SELECT user_id AS "userId", recipient_id AS "recipientId", amount, currency, status::text AS status,
           version
    FROM payments.payments WHERE id = ${refund.paymentId}::uuid FOR UPDATE`;
  if (payment === undefined) {
    throw new Error('a payment disappeared, which no payment does');
  }
  // A request with the same key that came first has written its refund by now: it is found instead of a refusal.
  const { requestedBy, idempotencyKey } = refund;
  if ((await transaction.refund.count({ where: { requestedBy, idempotencyKey } })) > 0) {
    return { type: 'keyTaken' };
  }
  const { status, version, ...parties } = payment;
  if (!mayRefund(status)) {
    return { type: 'refused', from: status };
  }
  const { _sum, _count } = await transaction.refund.aggregate({
    where: { paymentId: refund.paymentId, status: { not: 'FAILED' } },
    _sum: { amount: true },
    _count: true,
  });
  // A row that came from an older system PARTIALLY_REFUNDED does not say how much: nothing more is given away.
  const isUnknown = status === 'PARTIALLY_REFUNDED' && _count === 0;
  const remaining = isUnknown ? new Prisma.Decimal(0) : payment.amount.minus(_sum.amount ?? 0);
  const amount = asked === null ? remaining : new Prisma.Decimal(asked);
  if (remaining.lte(0) || amount.gt(remaining)) {
    return { type: 'exceeds', remaining: remaining.toFixed() };
  }
  const { paymentId, reason } = refund;
  const row = await transaction.refund.create({
    data: { ...refund, amount },
    select: { id: true, status: true, failureReason: true, createdAt: true, settledAt: true },
  });
  const added = toRefundRecord({ ...parties, ...row, paymentId, reason, amount });
  const told = { ...parties, id: paymentId, amount: payment.amount.toFixed(), version };
  await outbox.append(transaction, refundRequested(told, added, doer));
  return { type: 'added', refund: added };
}
