import { groupBy } from '@supergraph/platform/database';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { TransitionRecord } from './records.js';

/** Table `payment_transitions`; rows are written with the change, by the store of payments. */
export interface PaymentTransitionStore {
  /** The transitions of many payments in one statement, the oldest first. */
  listOfPayments(
    paymentIds: ReadonlyArray<string>,
  ): Promise<ReadonlyMap<string, ReadonlyArray<TransitionRecord>>>;
}

export function createPaymentTransitionStore(prisma: PrismaClient): PaymentTransitionStore {
  return {
    async listOfPayments(paymentIds) {
      const rows = await prisma.paymentTransition.findMany({
        where: { paymentId: { in: [...paymentIds] } },
        orderBy: [{ occurredAt: 'asc' }, { id: 'asc' }],
        select: { paymentId: true, from: true, to: true, reason: true, occurredAt: true },
      });
      return groupBy(rows, (row) => row.paymentId);
    },
  };
}
