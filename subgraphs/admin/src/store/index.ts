import type { AppendedEvent, NewEvent, Outbox, SqlTransaction } from '@supergraph/platform/events';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { createAuditChainStore, type AuditChainStore } from './audit-chain.js';
import { createAuditEntryStore, type AuditEntryStore } from './audit-entries.js';
import { createErasureStepStore, type ErasureStepStore } from './erasure-steps.js';
import { createErasureStore, type ErasureStore } from './erasures.js';
import { createPeopleStore, type PeopleStore } from './people.js';
import { createSettingStore, type SettingStore } from './settings.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';
import { createUserStore, type UserStore } from './users.js';

/** Everything that admin keeps, a part a table. */
export interface StoreParts {
  readonly settings: SettingStore;
  readonly auditEntries: AuditEntryStore;
  readonly auditChain: AuditChainStore;
  readonly users: UserStore;
  readonly people: PeopleStore;
  readonly erasures: ErasureStore;
  readonly erasureSteps: ErasureStepStore;
}

/** What works in one transaction. */
export interface TransactionParts extends StoreParts {
  /** Tells events in the transaction of the change. The row that they are about is changed or locked before. */
  readonly tell: (...events: ReadonlyArray<NewEvent>) => Promise<ReadonlyArray<AppendedEvent>>;
  /** The transaction itself, for what the platform keeps in it. */
  readonly sql: SqlTransaction;
}

/** Everything that admin keeps. */
export interface Store extends StoreParts {
  /** Runs `work` in one transaction: all that it does through the parts it gets, or nothing. */
  inTransaction<Result>(work: (parts: TransactionParts) => Promise<Result>): Promise<Result>;
  /** Gives the parts that work in a transaction which somebody else began. */
  within(transaction: Prisma.TransactionClient): TransactionParts;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient, outbox: Outbox): Store {
  const within = (transaction: Prisma.TransactionClient): TransactionParts => ({
    ...createParts(transaction),
    tell: (...events) => outbox.append(transaction, ...events),
    sql: transaction,
  });
  return {
    ...createParts(prisma),
    inTransaction: (work) =>
      prisma.$transaction((transaction) => work(within(transaction)), TRANSACTION_LIMITS),
    within,
  };
}

function createParts(client: Prisma.TransactionClient): StoreParts {
  return {
    settings: createSettingStore(client),
    auditEntries: createAuditEntryStore(client),
    auditChain: createAuditChainStore(client),
    users: createUserStore(client),
    people: createPeopleStore(client),
    erasures: createErasureStore(client),
    erasureSteps: createErasureStepStore(client),
  };
}
