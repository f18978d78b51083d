import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { createAuditChainStore, type AuditChainStore } from './audit-chain.js';
import { createAuditEntryStore, type AuditEntryStore } from './audit-entries.js';
import { createSettingStore, type SettingStore } from './settings.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** Everything that admin keeps, a part a table. */
export interface StoreParts {
  readonly settings: SettingStore;
  readonly auditEntries: AuditEntryStore;
  readonly auditChain: AuditChainStore;
}

/** Everything that admin keeps. */
export interface Store extends StoreParts {
  /** Runs `work` in one transaction: all that it does through the parts it gets, or nothing. */
  inTransaction<Result>(work: (parts: StoreParts) => Promise<Result>): Promise<Result>;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient): Store {
  return {
    ...createParts(prisma),
    inTransaction: (work) =>
      prisma.$transaction((transaction) => work(createParts(transaction)), TRANSACTION_LIMITS),
  };
}

function createParts(client: Prisma.TransactionClient): StoreParts {
  return {
    settings: createSettingStore(client),
    auditEntries: createAuditEntryStore(client),
    auditChain: createAuditChainStore(client),
  };
}
