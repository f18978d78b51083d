import type { AppendedEvent, NewEvent, Outbox, SqlTransaction } from '@supergraph/platform/events';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { createPeopleStore, type PeopleStore } from './people.js';
import { createPreferencesStore, type PreferencesStore } from './preferences.js';
import { createProfileStore, type ProfileStore } from './profiles.js';
import { TRANSACTION_LIMITS } from './transaction-limits.js';

/** Everything that profile keeps, a part a table. */
export interface StoreParts {
  readonly profiles: ProfileStore;
  readonly preferences: PreferencesStore;
  readonly people: PeopleStore;
  /** Tells events in the transaction of the change. The profile's row is changed or the person locked before. */
  readonly tell: (...events: ReadonlyArray<NewEvent>) => Promise<ReadonlyArray<AppendedEvent>>;
  /** The transaction itself, for what the platform keeps in it. */
  readonly sql: SqlTransaction;
}

/** Everything that profile keeps. */
export interface Store extends Omit<StoreParts, 'tell' | 'sql'> {
  /** Runs `work` in one transaction: all that it does through the parts it gets, or nothing. */
  inTransaction<Result>(work: (parts: StoreParts) => Promise<Result>): Promise<Result>;
  /** Gives the parts that work in a transaction which somebody else began. */
  within(transaction: Prisma.TransactionClient): StoreParts;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient, outbox: Outbox): Store {
  const within = (transaction: Prisma.TransactionClient): StoreParts => ({
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

function createParts(client: Prisma.TransactionClient) {
  return {
    profiles: createProfileStore(client),
    preferences: createPreferencesStore(client),
    people: createPeopleStore(client),
  };
}
