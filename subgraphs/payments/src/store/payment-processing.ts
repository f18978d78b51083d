import type { Outbox } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import type { FailureCode } from '../domain/failure-codes.js';
import { paymentCompleted, paymentFailed, paymentProcessing } from '../events/tells.js';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { writePosting, type LedgerLine } from './ledger.js';
import { paymentColumns, paymentSelection, toPaymentRecord, type PaymentRow } from './payment-columns.js';
import type { PaymentRecord, PaymentStatus } from './records.js';
import { recordOccurrenceEnd } from './recurring-processing.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** How a payment that is PROCESSING ends. */
export type Settlement =
  | {
      readonly to: 'COMPLETED';
      readonly providerReference: string;
      readonly lines: ReadonlyArray<LedgerLine>;
    }
  | {
      readonly to: 'FAILED';
      readonly code: FailureCode;
      /** The provider's words; null when the code says it all. */
      readonly words: string | null;
    };

/** What is claimed: at most `limit`, and nobody else gets it before `until`. */
export interface Claim {
  readonly limit: number;
  readonly until: Date;
}

/** Tables `payments`, `payment_transitions` and `ledger_entries` on the way from PENDING to the end. */
export interface PaymentProcessingStore {
  /** Makes payments PROCESSING that are due, each for one caller however many claim at once, and commits that. */
  claimDue(claim: Claim): Promise<ReadonlyArray<PaymentRecord>>;
  /** The same for one payment, whether it is due or not; nothing when it is not PENDING. */
  claimNow(id: string, until: Date): Promise<ReadonlyArray<PaymentRecord>>;
  /** Claims payments that are PROCESSING longer than they should. */
  claimUnsettled(claim: Claim): Promise<ReadonlyArray<PaymentRecord>>;
  /** Ends a payment that is PROCESSING; gives the status that it has when it is not. */
  settle(id: string, settlement: Settlement): Promise<'settled' | PaymentStatus | 'notFound'>;
}

export function createPaymentProcessingStore(prisma: PrismaClient, outbox: Outbox): PaymentProcessingStore {
  return {
    claimDue: (claim) => claimWhere(prisma, outbox, Prisma.sql`process_after <= now()`, claim),
    claimNow: (id, until) => claimWhere(prisma, outbox, Prisma.sql`id = ${id}::uuid`, { limit: 1, until }),
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
    settle: (id, settlement) =>
      prisma.$transaction((transaction) => settleIn(transaction, outbox, id, settlement), TRANSACTION_LIMITS),
  };
}

/** Makes PENDING payments PROCESSING, of those whose rows nobody else has locked. */
function claimWhere(
  prisma: PrismaClient,
  outbox: Outbox,
  condition: Prisma.Sql,
  { limit, until }: Claim,
): Promise<ReadonlyArray<PaymentRecord>> {
  return prisma.$transaction(async (transaction) => {
    // Rows that another replica has locked are skipped, not waited for.
    const due = await transaction.$queryRaw<{ readonly id: string }[]>`
      SELECT id FROM payments.payments WHERE ${condition} AND status = 'PENDING'
      ORDER BY process_after LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    const ids = due.map(({ id }) => id);
    if (ids.length === 0) {
      return [];
    }
    const now = new Date();
    const rows = await transaction.payment.updateManyAndReturn({
      where: { id: { in: ids } },
      data: { status: 'PROCESSING', updatedAt: now, processAfter: until, version: { increment: 1 } },
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
    const claimed = rows.map(toPaymentRecord);
    await outbox.append(transaction, ...claimed.map(paymentProcessing));
    return claimed;
  }, TRANSACTION_LIMITS);
}

/** What {@link PaymentProcessingStore.settle} does, in a transaction that does more. */
export async function settleIn(
  transaction: Prisma.TransactionClient,
  outbox: Outbox,
  id: string,
  settlement: Settlement,
): Promise<'settled' | PaymentStatus | 'notFound'> {
  const [locked] = await transaction.$queryRaw<{ readonly status: PaymentStatus; readonly userId: string }[]>`
    SELECT status::text AS status, user_id AS "userId" FROM payments.payments
    WHERE id = ${id}::uuid FOR UPDATE`;
  if (locked === undefined) {
    return 'notFound';
  }
  if (locked.status !== 'PROCESSING') {
    return locked.status;
  }
  const now = new Date();
  const { to } = settlement;
  const failureReason =
    settlement.to === 'FAILED' ? await reasonOf(transaction, settlement, locked.userId) : null;
  const row = await transaction.payment.update({
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
    select: paymentSelection,
  });
  const transitionId = uuidv7();
  await transaction.paymentTransition.create({
    data: { id: transitionId, paymentId: id, from: 'PROCESSING', to, reason: failureReason, occurredAt: now },
    select: { id: true },
  });
  const settled = toPaymentRecord(row);
  if (settlement.to === 'COMPLETED') {
    await writePosting(transaction, { paymentId: id, transitionId, lines: settlement.lines, createdAt: now });
    await outbox.append(transaction, paymentCompleted(settled));
  } else {
    await outbox.append(transaction, paymentFailed(settled, settlement.code));
  }
  if (settled.recurringPaymentId !== null) {
    await recordOccurrenceEnd(transaction, outbox, settled.recurringPaymentId, to);
  }
  return 'settled';
}

/**
 * The provider's words may be about the payer, so of one who was erased only the code is kept. The payment's row is
 * locked: an erasure under way waits for it, and takes the words out itself.
 */
async function reasonOf(
  transaction: Prisma.TransactionClient,
  { code, words }: Extract<Settlement, { readonly to: 'FAILED' }>,
  userId: string,
): Promise<string> {
  if (words === null) {
    return code;
  }
  return (await transaction.erasedPerson.count({ where: { userId } })) > 0 ? code : words;
}
