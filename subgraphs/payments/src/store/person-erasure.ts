import { erasePersonFromEvents, type NewEvent, type Outbox } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import { contracts } from '../events/contracts.js';
import { paymentCancelled, SYSTEM } from '../events/tells.js';
import type { Prisma } from '../generated/prisma/client.js';
import { paymentSelection, toPaymentRecord } from './payment-columns.js';
import { endIn } from './recurring-processing.js';

/** What was done in one table. */
export interface ErasedTable {
  readonly store: string;
  readonly rows: number;
  readonly action: 'DELETED' | 'PSEUDONYMISED' | 'KEPT';
}

/** The steps of erasing a person, in one transaction. */
export interface PersonErasure {
  /** Waits for who is writing about the person; from then on nobody does any more. */
  bury(userId: string): Promise<void>;
  /**
   * Calls off what the person was to pay or to be paid and was not handed to the provider yet. What is with the
   * provider goes on: it may have moved the money already.
   */
  cancelOpenPayments(userId: string): Promise<void>;
  /** Ends what the person was to pay or to be paid again and again. */
  endRecurringPayments(userId: string): Promise<void>;
  /** Takes the person's words out of the tables, by a function of the database: the service itself may not. */
  eraseFromHistory(userId: string): Promise<ReadonlyArray<ErasedTable>>;
  /** Takes the person out of what was told, and out of what was heard and could not be applied. */
  eraseFromEvents(userId: string): Promise<ReadonlyArray<ErasedTable>>;
  tell(event: NewEvent): Promise<void>;
}

export function createPersonErasure(transaction: Prisma.TransactionClient, outbox: Outbox): PersonErasure {
  return {
    async bury(userId) {
      await transaction.$executeRaw`SELECT payments.bury_person(${userId}::uuid)`;
    },
    async cancelOpenPayments(userId) {
      const open = await transaction.$queryRaw<{ readonly id: string }[]>`
        SELECT id FROM payments.payments
        WHERE status = 'PENDING' AND (user_id = ${userId}::uuid OR recipient_id = ${userId}::uuid)
        ORDER BY id FOR UPDATE`;
      if (open.length === 0) {
        return;
      }
      const now = new Date();
      const rows = await transaction.payment.updateManyAndReturn({
        where: { id: { in: open.map(({ id }) => id) } },
        data: { status: 'CANCELLED', updatedAt: now, processAfter: null, version: { increment: 1 } },
        select: paymentSelection,
      });
      await transaction.paymentTransition.createMany({
        data: rows.map((row) => ({
          id: uuidv7(),
          paymentId: row.id,
          from: 'PENDING' as const,
          to: 'CANCELLED' as const,
          reason: row.userId === userId ? 'PAYER_ERASED' : 'RECIPIENT_ERASED',
          occurredAt: now,
        })),
      });
      await outbox.append(transaction, ...rows.map((row) => paymentCancelled(toPaymentRecord(row), SYSTEM)));
    },
    async endRecurringPayments(userId) {
      const open = await transaction.$queryRaw<{ readonly id: string; readonly isPayer: boolean }[]>`
        SELECT id, user_id = ${userId}::uuid AS "isPayer" FROM payments.recurring_payments
        WHERE ended_at IS NULL AND (user_id = ${userId}::uuid OR recipient_id = ${userId}::uuid)
        ORDER BY id FOR UPDATE`;
      for (const { id, isPayer } of open) {
        await endIn(transaction, outbox, id, isPayer ? 'PAYER_ERASED' : 'RECIPIENT_ERASED');
      }
    },
    eraseFromHistory: (userId) =>
      transaction.$queryRaw<ErasedTable[]>`
        SELECT store, rows, action FROM payments.erase_from_history(${userId}::uuid)`,
    async eraseFromEvents(userId) {
      const person = { typename: 'User', id: userId };
      const erased = await erasePersonFromEvents(transaction, contracts, person);
      return erased.map((table) => ({ ...table, action: 'PSEUDONYMISED' as const }));
    },
    async tell(event) {
      await outbox.append(transaction, event);
    },
  };
}
