import { isUniqueViolation } from '@supergraph/platform/database';
import { v7 as uuidv7 } from 'uuid';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { paymentSelection, toPaymentRecord } from './payment-columns.js';
import type { PaymentRecord, PaymentStatus, PaymentType } from './records.js';

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

/** A payment that somebody calls off. */
export interface StatusChange {
  readonly id: string;
  /** Only when this user pays; whoever pays when null. */
  readonly payerId: string | null;
  readonly to: PaymentStatus;
  readonly reason: string | null;
  /** The table of transitions, asked while the row is locked. */
  readonly mayGo: (from: PaymentStatus, to: PaymentStatus) => boolean;
}

/** What became of a {@link StatusChange}. */
export type StatusChanged =
  | { readonly type: 'changed'; readonly payment: PaymentRecord }
  | { readonly type: 'refused'; readonly from: PaymentStatus }
  | { readonly type: 'notFound' };

/** Tables `payments`, `payment_transitions` and `idempotency_keys` where they change together. */
export interface PaymentStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, PaymentRecord>>;
  /** Writes payment, first transition and key in one transaction, or nothing when the payer's key is taken. */
  add(payment: NewPayment): Promise<PaymentRecord | 'keyTaken'>;
  /** Locks the payment, asks whether it may go there, writes status and transition in one transaction. */
  changeStatus(change: StatusChange): Promise<StatusChanged>;
}

export function createPaymentStore(prisma: PrismaClient): PaymentStore {
  return {
    async findMany(ids) {
      const rows = await prisma.payment.findMany({
        where: { id: { in: [...ids] } },
        select: paymentSelection,
      });
      return new Map(rows.map((row) => [row.id, toPaymentRecord(row)]));
    },
    async add({ requestHash, metadata, ...payment }) {
      const { id, userId, idempotencyKey } = payment;
      const now = new Date();
      try {
        const [row] = await prisma.$transaction([
          prisma.payment.create({
            data: {
              ...payment,
              ...(metadata === null ? {} : { metadata: metadata as Prisma.InputJsonObject }),
              createdAt: now,
              updatedAt: now,
            },
            select: paymentSelection,
          }),
          prisma.paymentTransition.create({
            data: { id: uuidv7(), paymentId: id, to: 'PENDING', occurredAt: now },
            select: { id: true },
          }),
          prisma.idempotencyKey.create({
            data: { id: uuidv7(), userId, key: idempotencyKey, requestHash, paymentId: id, createdAt: now },
            select: { id: true },
          }),
        ]);
        return toPaymentRecord(row);
      } catch (error) {
        // Both unique indexes that a second request can meet are about the key; ids are new.
        if (isUniqueViolation(error)) {
          return 'keyTaken';
        }
        throw error;
      }
    },
    changeStatus({ id, payerId, to, reason, mayGo }) {
      return prisma.$transaction(async (transaction) => {
        const ofPayer = payerId === null ? Prisma.empty : Prisma.sql`AND user_id = ${payerId}::uuid`;
        const [locked] = await transaction.$queryRaw<{ readonly status: PaymentStatus }[]>`
          SELECT status::text AS status FROM payments.payments WHERE id = ${id}::uuid ${ofPayer} FOR UPDATE`;
        if (locked === undefined) {
          return { type: 'notFound' };
        }
        const from = locked.status;
        if (!mayGo(from, to)) {
          return { type: 'refused', from };
        }
        const now = new Date();
        const row = await transaction.payment.update({
          where: { id },
          // It ends here, so the worker has nothing to do with it any more.
          data: { status: to, updatedAt: now, processAfter: null, version: { increment: 1 } },
          select: paymentSelection,
        });
        await transaction.paymentTransition.create({
          data: { id: uuidv7(), paymentId: id, from, to, reason, occurredAt: now },
          select: { id: true },
        });
        return { type: 'changed', payment: toPaymentRecord(row) };
      });
    },
  };
}
