/**
 * How long a transaction may wait for a connection and then take, in milliseconds. Prisma's own limits of 2 s and 5 s
 * are too short for a burst of transactions that wait for one another.
 */
export const TRANSACTION_LIMITS = { maxWait: 5_000, timeout: 10_000 } as const;
