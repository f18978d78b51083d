import type { ChainEntry, ChainHead, Disclosure } from '../domain/audit-chain.js';
import type { ChainRow } from '../domain/verify-chain.js';
import { Prisma } from '../generated/prisma/client.js';

/** Tables `audit_entries` and `audit_entry_details` as the chain that they are. */
export interface AuditChainStore {
  /**
   * Waits until whoever else is appending has ended, and gives the end of the chain, null before the first entry.
   * Nobody else appends until this transaction ends.
   */
  lockHead(): Promise<ChainHead | null>;
  append(entry: ChainEntry, disclosure: Disclosure): Promise<void>;
  /** The next `size` rows after a place in the chain, in its order. */
  read(after: bigint, size: number): Promise<ReadonlyArray<ChainRow>>;
}

/** Any number will do as long as nothing else in this database takes it. */
const APPEND_LOCK = 4_004_001;

export function createAuditChainStore(prisma: Prisma.TransactionClient): AuditChainStore {
  return {
    async lockHead() {
      // A statement of its own: the next one sees what was committed while this one waited.
      await prisma.$executeRaw`SELECT pg_advisory_xact_lock(${APPEND_LOCK})`;
      return prisma.auditEntry.findFirst({
        orderBy: { sequence: 'desc' },
        select: { sequence: true, hash: true },
      });
    },
    async append(entry, { details, ...disclosure }) {
      await prisma.auditEntry.create({ data: { ...entry }, select: { id: true } });
      await prisma.auditEntryDetails.create({
        data: {
          ...disclosure,
          entryId: entry.id,
          occurredAt: entry.occurredAt,
          details: details === null ? Prisma.DbNull : (details as Prisma.InputJsonValue),
        },
        select: { entryId: true },
      });
    },
    async read(after, size) {
      const entries = await prisma.auditEntry.findMany({
        where: { sequence: { gt: after } },
        orderBy: { sequence: 'asc' },
        take: size,
        include: { disclosure: { omit: { entryId: true, occurredAt: true } } },
      });
      return entries.map(({ disclosure, ...entry }) => ({ entry, disclosure }));
    },
  };
}
