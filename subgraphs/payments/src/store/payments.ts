import { isUniqueViolation } from '@supergraph/platform/database';
import type { Outbox } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import type { DailyLimit } from '../domain/daily-limit.js';
import type { DailyLimitReached } from '../domain/outcomes.js';
import { paymentCancelled, paymentCreated, type Doer } from '../events/tells.js';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { sumPaidSince } from './daily-sums.js';
import { findErased } from './erased-people.js';
import { paymentSelection, toPaymentRecord } from './payment-columns.js';
import type { PaymentRecord, PaymentStatus, PaymentType } from './records.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** A payment to be made, checked. */
export interface NewPayment {
  readonly id: string;
  readonly userId: string;
  readonly recipientId: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly type: PaymentType;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly scheduledFor: Date | null;
  /** From when it may be handed to the provider. */
  readonly processAfter: Date;
  readonly idempotencyKey: string;
  readonly requestHash: string;
}

/** A payment as it is written, whoever asked for it. */
export type WrittenPayment = Omit<NewPayment, 'idempotencyKey' | 'requestHash'> & {
  /** Drawn from the payment's id when absent: nobody asks by it. */
  readonly idempotencyKey?: string;
  readonly recurringPaymentId?: string;
  readonly occurrence?: number;
};

/** What became of a {@link NewPayment}. */
export type PaymentAdded =
  | { readonly type: 'added'; readonly payment: PaymentRecord }
  | { readonly type: 'keyTaken' }
  | { readonly type: 'erased'; readonly party: 'payer' | 'recipient' }
  | { readonly type: 'refused'; readonly refusal: DailyLimitReached };

/** A payment that somebody calls off. */
export interface Cancellation {
  readonly id: string;
  /** Only when this user pays; whoever pays when null. */
  readonly payerId: string | null;
  readonly reason: string | null;
  /** The table of transitions, asked while the row is locked. */
  readonly mayGo: (from: PaymentStatus, to: PaymentStatus) => boolean;
}

/** What became of a {@link Cancellation}. */
export type PaymentCancelled =
  | { readonly type: 'cancelled'; readonly payment: PaymentRecord }
  | { readonly type: 'refused'; readonly from: PaymentStatus }
  | { readonly type: 'notFound' };

/** Tables `payments`, `payment_transitions` and `idempotency_keys` where they change together. */
export interface PaymentStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, PaymentRecord>>;
  /** What the worker has to do with, in the order in which it comes to it. */
  listInHand(limit: number): Promise<ReadonlyArray<PaymentRecord & { readonly processAfter: Date | null }>>;
  /**
   * Writes payment, first transition, key and event in one transaction, or nothing when the payer's key is taken or a
   * party was erased or the limit refuses it, however many are made at once.
   *
   * @param limit - of the payer's day; null when there is none
   */
  add(payment: NewPayment, doer: Doer, limit: DailyLimit | null): Promise<PaymentAdded>;
  /** Locks the payment, asks whether it may go there, writes status, transition and event in one transaction. */
  cancel(change: Cancellation, doer: Doer): Promise<PaymentCancelled>;
}

export function createPaymentStore(prisma: PrismaClient, outbox: Outbox): PaymentStore {
  return {
    async findMany(ids) {
      const rows = await prisma.payment.findMany({
        where: { id: { in: [...ids] } },
        select: paymentSelection,
      });
      return new Map(rows.map((row) => [row.id, toPaymentRecord(row)]));
    },
    async listInHand(limit) {
      const rows = await prisma.payment.findMany({
        where: { processAfter: { not: null } },
        orderBy: { processAfter: 'asc' },
        take: limit,
        select: { ...paymentSelection, processAfter: true },
      });
      return rows.map(({ processAfter, ...row }) => ({ ...toPaymentRecord(row), processAfter }));
    },
    async add(payment, doer, limit) {
      try {
        return await prisma.$transaction(
          (transaction) => addIn(transaction, outbox, payment, doer, limit),
          TRANSACTION_LIMITS,
        );
      } catch (error) {
        // Both unique indexes that a second request can meet are about the key; ids are new.
        if (isUniqueViolation(error)) {
          return { type: 'keyTaken' };
        }
        throw error;
      }
    },
    cancel: ({ id, payerId, reason, mayGo }, doer) =>
      prisma.$transaction(async (transaction) => {
        const ofPayer = payerId === null ? Prisma.empty : Prisma.sql`AND user_id = ${payerId}::uuid`;
        const [locked] = await transaction.$queryRaw<{ readonly status: PaymentStatus }[]>`
          SELECT status::text AS status FROM payments.payments WHERE id = ${id}::uuid ${ofPayer} FOR UPDATE`;
        if (locked === undefined) {
          return { type: 'notFound' };
        }
        if (!mayGo(locked.status, 'CANCELLED')) {
          return { type: 'refused', from: locked.status };
        }
        return { type: 'cancelled', payment: await cancelIn(transaction, outbox, { id, reason }, doer) };
      }, TRANSACTION_LIMITS),
  };
}

async function addIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  { requestHash, ...payment }: NewPayment,
  doer: Doer,
  limit: DailyLimit | null,
): Promise<PaymentAdded> {
  const { id, userId, recipientId, idempotencyKey, currency } = payment;
  const erased = await findErased(transaction, recipientId === null ? [userId] : [userId, recipientId]);
  if (erased.size > 0) {
    return { type: 'erased', party: erased.has(userId) ? 'payer' : 'recipient' };
  }
  if (limit !== null) {
    const paid = await sumPaidSince(transaction, { userId, currency, since: limit.since });
    const refusal = limit.refuse(payment, paid);
    if (refusal !== undefined) {
      return { type: 'refused', refusal };
    }
  }
  const added = await writePayment(transaction, outbox, payment, doer);
  await transaction.idempotencyKey.create({
    data: { id: uuidv7(), userId, key: idempotencyKey, requestHash, paymentId: id },
    select: { id: true },
  });
  return { type: 'added', payment: added };
}

/** Writes a payment that is PENDING with its first transition, and tells it. */
export async function writePayment(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  { metadata, ...payment }: WrittenPayment,
  doer: Doer,
): Promise<PaymentRecord> {
  const now = new Date();
  const row = await transaction.payment.create({
    data: {
      idempotencyKey: `recurring-${payment.id}`,
      ...payment,
      ...(metadata === null ? {} : { metadata: metadata as Prisma.InputJsonObject }),
      createdAt: now,
      updatedAt: now,
    },
    select: paymentSelection,
  });
  await transaction.paymentTransition.create({
    data: { id: uuidv7(), paymentId: payment.id, to: 'PENDING', occurredAt: now },
    select: { id: true },
  });
  const written = toPaymentRecord(row);
  await outbox.append(transaction, paymentCreated(written, doer));
  return written;
}

/** Calls off a payment that is PENDING and whose row is locked. */
export async function cancelIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  { id, reason }: { readonly id: string; readonly reason: string | null },
  doer: Doer,
): Promise<PaymentRecord> {
  const now = new Date();
  const row = await transaction.payment.update({
    where: { id },
    // It ends here, so the worker has nothing to do with it any more.
    data: { status: 'CANCELLED', updatedAt: now, processAfter: null, version: { increment: 1 } },
    select: paymentSelection,
  });
  await transaction.paymentTransition.create({
    data: { id: uuidv7(), paymentId: id, from: 'PENDING', to: 'CANCELLED', reason, occurredAt: now },
    select: { id: true },
  });
  const cancelled = toPaymentRecord(row);
  await outbox.append(transaction, paymentCancelled(cancelled, doer));
  return cancelled;
}
