import type { Prisma } from '../generated/prisma/client.js';

/**
 * Ends live sessions of a user, inside the transaction of what ends them, and gives their ids. Lock the user's row
 * first, by changing it or by {@link lockUser}: then a sign-in under way has either committed and is seen here, or
 * comes after and finds what has changed.
 *
 * @param only narrows which of them
 */
export async function revokeSessions(
  transaction: Prisma.TransactionClient,
  userId: string,
  only: Pick<Prisma.SessionWhereInput, 'id' | 'familyId'> = {},
): Promise<string[]> {
  const now = new Date();
  const revoked = await transaction.session.updateManyAndReturn({
    where: { ...only, userId, revokedAt: null, expiresAt: { gt: now } },
    data: { revokedAt: now },
    select: { id: true },
  });
  return revoked.map(({ id }) => id).sort();
}

/** Holds a user's row until the transaction ends, so that the events about one user have one order. */
export async function lockUser(transaction: Prisma.TransactionClient, userId: string): Promise<void> {
  await transaction.$queryRaw`SELECT id FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
}
