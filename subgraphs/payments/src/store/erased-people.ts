import type { Prisma } from '../generated/prisma/client.js';

/**
 * Tells who of some people was erased. Until the transaction ends, nobody of the others is erased: an erasure waits,
 * and finds what is written about them meanwhile. Ask before any row of a payment is locked.
 */
export async function findErased(
  transaction: Prisma.TransactionClient,
  userIds: ReadonlyArray<string>,
): Promise<ReadonlySet<string>> {
  const rows = await transaction.$queryRaw<{ readonly id: string }[]>`
    SELECT erased::text AS id FROM payments.erased_among(${[...userIds]}::uuid[]) AS erased`;
  return new Set(rows.map(({ id }) => id));
}
