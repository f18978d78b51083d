import { isUniqueViolation } from '@supergraph/platform/database';
import type { Outbox } from '@supergraph/platform/events';
import { recurringPaymentCancelled, recurringPaymentCreated } from '../events/tells-recurring.js';
import type { Doer } from '../events/tells.js';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { findErased } from './erased-people.js';
import type {
  RecurrenceUnit,
  RecurringPaymentReason,
  RecurringPaymentRecord,
  RecurringPaymentStatus,
} from './records.js';
import { OVER, recurringSelection, toRecurringRecord } from './recurring-columns.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** A recurring payment to be made, checked. */
export interface NewRecurringPayment {
  readonly id: string;
  readonly userId: string;
  readonly recipientId: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly unit: RecurrenceUnit;
  readonly every: number;
  readonly firstDueAt: Date;
  readonly occurrences: number | null;
  readonly endsAt: Date | null;
  /** From when the worker may make the first payment. */
  readonly processAfter: Date;
  readonly idempotencyKey: string;
  readonly requestHash: string;
}

/** What became of a {@link NewRecurringPayment}. */
export type RecurringPaymentAdded =
  | { readonly type: 'added'; readonly recurringPayment: RecurringPaymentRecord }
  | { readonly type: 'keyTaken' }
  | { readonly type: 'erased'; readonly party: 'payer' | 'recipient' };

/** What became of a recurring payment that somebody calls off. */
export type RecurringPaymentCancelled =
  /** Now, or before. */
  | { readonly type: 'cancelled'; readonly recurringPayment: RecurringPaymentRecord }
  | { readonly type: 'ended'; readonly reason: RecurringPaymentReason }
  | { readonly type: 'notFound' };

/** Table `recurring_payments`, where people change it. */
export interface RecurringPaymentStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, RecurringPaymentRecord>>;
  /** The recurring payment that a payer asked for with this key before. */
  findByKey(
    userId: string,
    idempotencyKey: string,
  ): Promise<{ readonly requestHash: string; readonly recurringPayment: RecurringPaymentRecord } | null>;
  /** Writes row and event in one transaction, or nothing when the payer's key is taken or a party was erased. */
  add(recurringPayment: NewRecurringPayment, doer: Doer): Promise<RecurringPaymentAdded>;
  /**
   * Locks the row and calls it off, if it goes on.
   *
   * @param change.payerId only when this user pays; whoever pays when null
   */
  cancel(
    change: { readonly id: string; readonly payerId: string | null; readonly reason: string | null },
    doer: Doer,
  ): Promise<RecurringPaymentCancelled>;
}

export function createRecurringPaymentStore(prisma: PrismaClient, outbox: Outbox): RecurringPaymentStore {
  return {
    async findMany(ids) {
      const rows = await prisma.recurringPayment.findMany({
        where: { id: { in: [...ids] } },
        select: recurringSelection,
      });
      return new Map(rows.map((row) => [row.id, toRecurringRecord(row)]));
    },
    async findByKey(userId, idempotencyKey) {
      const row = await prisma.recurringPayment.findUnique({
        where: { userId_idempotencyKey: { userId, idempotencyKey } },
        select: { ...recurringSelection, requestHash: true },
      });
      if (row === null) {
        return null;
      }
      const { requestHash, ...rest } = row;
      return { requestHash, recurringPayment: toRecurringRecord(rest) };
    },
    async add(recurringPayment, doer) {
      try {
        return await prisma.$transaction(
          (transaction) => addIn(transaction, outbox, recurringPayment, doer),
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
    cancel: ({ id, payerId, reason }, doer) =>
      prisma.$transaction(async (transaction) => {
        const ofPayer = payerId === null ? Prisma.empty : Prisma.sql`AND user_id = ${payerId}::uuid`;
        const [locked] = await transaction.$queryRaw<
          {
            readonly status: RecurringPaymentStatus;
            readonly statusReason: RecurringPaymentReason | null;
          }[]
        >`SELECT status::text AS status, status_reason::text AS "statusReason" FROM payments.recurring_payments
          WHERE id = ${id}::uuid ${ofPayer} FOR UPDATE`;
        if (locked === undefined) {
          return { type: 'notFound' };
        }
        if (locked.status === 'ENDED' && locked.statusReason !== null) {
          return { type: 'ended', reason: locked.statusReason };
        }
        if (locked.status === 'CANCELLED') {
          const row = await transaction.recurringPayment.findUniqueOrThrow({
            where: { id },
            select: recurringSelection,
          });
          return { type: 'cancelled', recurringPayment: toRecurringRecord(row) };
        }
        const now = new Date();
        const row = await transaction.recurringPayment.update({
          where: { id },
          data: {
            ...OVER,
            status: 'CANCELLED',
            statusReason: null,
            cancelReason: reason,
            updatedAt: now,
            endedAt: now,
            version: { increment: 1 },
          },
          select: recurringSelection,
        });
        const recurringPayment = toRecurringRecord(row);
        await outbox.append(transaction, recurringPaymentCancelled(recurringPayment, doer));
        return { type: 'cancelled', recurringPayment };
      }, TRANSACTION_LIMITS),
  };
}

async function addIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  { metadata, ...recurringPayment }: NewRecurringPayment,
  doer: Doer,
): Promise<RecurringPaymentAdded> {
  const { userId, recipientId, firstDueAt } = recurringPayment;
  const erased = await findErased(transaction, recipientId === null ? [userId] : [userId, recipientId]);
  if (erased.size > 0) {
    return { type: 'erased', party: erased.has(userId) ? 'payer' : 'recipient' };
  }
  const now = new Date();
  const row = await transaction.recurringPayment.create({
    data: {
      ...recurringPayment,
      ...(metadata === null ? {} : { metadata: metadata as Prisma.InputJsonObject }),
      nextOccurrence: 1,
      nextDueAt: firstDueAt,
      createdAt: now,
      updatedAt: now,
    },
    select: recurringSelection,
  });
  const added = toRecurringRecord(row);
  await outbox.append(transaction, recurringPaymentCreated(added, doer));
  return { type: 'added', recurringPayment: added };
}
