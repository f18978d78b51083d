import { v7 as uuidv7 } from 'uuid';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { writePosting, type LedgerLine } from './ledger.js';
import { paymentColumns, paymentSelection, toPaymentRecord, type PaymentRow } from './payment-columns.js';
import type { PaymentRecord, PaymentStatus } from './records.js';

/** How a payment that is PROCESSING ends. */
export type Settlement =
  | {
      readonly to: 'COMPLETED';
      readonly providerReference: string;
      readonly lines: ReadonlyArray<LedgerLine>;
    }
  | { readonly to: 'FAILED'; readonly failureReason: string };

/** What is claimed: at most `limit`, and nobody else gets it before `until`. */
export interface Claim {
  readonly limit: number;
  readonly until: Date;
}

/** Tables `payments`, `payment_transitions` and `ledger_entries` on the way from PENDING to the end. */
export interface PaymentProcessingStore {
  /** Makes payments PROCESSING that are due, each for one caller however many claim at once, and commits that. */
  claimDue(claim: Claim): Promise<ReadonlyArray<PaymentRecord>>;
  /** Claims payments that are PROCESSING longer than they should. */
  claimUnsettled(claim: Claim): Promise<ReadonlyArray<PaymentRecord>>;
  /** Ends a payment that is PROCESSING; gives the status that it has when it is not. */
  settle(id: string, settlement: Settlement): Promise<'settled' | PaymentStatus | 'notFound'>;
}

export function createPaymentProcessingStore(prisma: PrismaClient): PaymentProcessingStore {
  return {
    claimDue: (claim) =>
      prisma.$transaction(async (transaction) => {
        // Rows that another replica has locked are skipped, not waited for.
        const due = await transaction.$queryRaw<{ readonly id: string }[]>`
          SELECT id FROM payments.payments WHERE process_after <= now() AND status = 'PENDING'
          ORDER BY process_after LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED`;
        const ids = due.map(({ id }) => id);
        if (ids.length === 0) {
          return [];
        }
        const now = new Date();
        const rows = await transaction.payment.updateManyAndReturn({
          where: { id: { in: ids } },
          data: {
            status: 'PROCESSING',
            updatedAt: now,
            processAfter: claim.until,
            version: { increment: 1 },
          },
          select: paymentSelection,
        });
        await transaction.paymentTransition.createMany({
          data: ids.map((paymentId) => ({
            id: uuidv7(),
            paymentId,
            from: 'PENDING' as const,
            to: 'PROCESSING' as const,
            occurredAt: now,
          })),
        });
        return rows.map(toPaymentRecord);
      }),
    // Who only asks changes nothing that anybody sees, so neither the version nor the time of the last change.
    async claimUnsettled({ limit, until }) {
      const rows = await prisma.$queryRaw<PaymentRow[]>`
        UPDATE payments.payments SET process_after = ${until}::timestamptz
        WHERE id IN (
          SELECT id FROM payments.payments WHERE process_after <= now() AND status = 'PROCESSING'
          ORDER BY process_after LIMIT ${limit} FOR UPDATE SKIP LOCKED
        )
        RETURNING ${paymentColumns}`;
      return rows.map(toPaymentRecord);
    },
    settle: (id, settlement) => prisma.$transaction((transaction) => settleIn(transaction, id, settlement)),
  };
}

/** What {@link PaymentProcessingStore.settle} does, in a transaction that does more. */
export async function settleIn(
  transaction: Prisma.TransactionClient,
  id: string,
  settlement: Settlement,
): Promise<'settled' | PaymentStatus | 'notFound'> {
  const [locked] = await transaction.$queryRaw<{ readonly status: PaymentStatus }[]>`
    SELECT status::text AS status FROM payments.payments WHERE id = ${id}::uuid FOR UPDATE`;
  if (locked === undefined) {
    return 'notFound';
  }
  if (locked.status !== 'PROCESSING') {
    return locked.status;
  }
  const now = new Date();
  const { to } = settlement;
  const failureReason = to === 'FAILED' ? settlement.failureReason : null;
  await transaction.payment.update({
    where: { id },
    data: {
      status: to,
      updatedAt: now,
      processAfter: null,
      version: { increment: 1 },
      ...(to === 'COMPLETED'
        ? { completedAt: now, providerReference: settlement.providerReference }
        : { failureReason }),
    },
    select: { id: true },
  });
  const transitionId = uuidv7();
  await transaction.paymentTransition.create({
    data: { id: transitionId, paymentId: id, from: 'PROCESSING', to, reason: failureReason, occurredAt: now },
    select: { id: true },
  });
  if (to === 'COMPLETED') {
    await writePosting(transaction, { paymentId: id, transitionId, lines: settlement.lines, createdAt: now });
  }
  return 'settled';
}
