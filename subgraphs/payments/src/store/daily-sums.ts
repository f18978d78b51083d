import type { Prisma } from '../generated/prisma/client.js';

/**
 * Adds up what somebody has paid, or is going to, in a currency since a moment. Until the transaction ends nobody else
 * who asks this way makes a payment in this payer's name.
 *
 * @returns a decimal number
 */
export async function sumPaidSince(
  transaction: Prisma.TransactionClient,
  { userId, currency, since }: { readonly userId: string; readonly currency: string; readonly since: Date },
): Promise<string> {
  // A statement of its own: the next one sees what whoever held the lock has committed.
  await transaction.$queryRaw`
    SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended(${`payments.daily_limit ${userId}`}, 0))`;
  const [row] = await transaction.$queryRaw<{ readonly paid: string }[]>`
    SELECT coalesce(sum(amount), 0)::text AS paid FROM payments.payments
    WHERE user_id = ${userId}::uuid AND created_at >= ${since}::timestamptz AND currency = ${currency}
      AND status NOT IN ('FAILED', 'CANCELLED')`;
  return row?.paid ?? '0';
}
