import type { Prisma } from '../generated/prisma/client.js';

/** Ends a user's live sessions, inside the transaction of what ends them, and gives how many. */
export async function revokeSessions(
  prisma: Prisma.TransactionClient,
  userId: string,
  exceptId?: string,
): Promise<number> {
  const now = new Date();
  const { count } = await prisma.session.updateMany({
    where: {
      userId,
      revokedAt: null,
      expiresAt: { gt: now },
      ...(exceptId === undefined ? {} : { id: { not: exceptId } }),
    },
    data: { revokedAt: now },
  });
  return count;
}
