import { erasePersonFromEvents, type Outbox } from '@supergraph/platform/events';
import { eventContracts } from '../events/contracts.js';
import { erased, erasureRefused } from '../events/tells.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import { revokeSessions } from './revoke-sessions.js';
import type { UserStatus } from './users.js';

/** An open transaction of auth's database. */
export type Transaction = Prisma.TransactionClient;

/** What was done in one table, for the certificate. */
export type ErasedStore = EventData['auth.user.erased']['stores'][number];

/** Somebody about to be forgotten. */
export interface PersonToErase {
  readonly id: string;
  readonly email: string;
  readonly status: UserStatus;
}

/** The keyed hashes under which an address is counted. */
export interface AddressHashes {
  readonly loginFailures: string;
  readonly attemptCounters: ReadonlyArray<string>;
}

/** What the erasure of a person does, all of it in the transaction of the event that asks for it. */
export interface ErasureStore {
  /** Gives the account and holds its row; null for an unknown id. */
  lock(transaction: Transaction, userId: string): Promise<PersonToErase | null>;
  /** Tells whether nobody else oversees the system, and keeps it so until the transaction ends. */
  isLastAdmin(transaction: Transaction, userId: string): Promise<boolean>;
  /** Takes everything of the person away but the bare id. Doing it again changes nothing. */
  wipe(
    transaction: Transaction,
    person: PersonToErase,
    hashes: AddressHashes,
  ): Promise<{
    readonly version: number;
    readonly revokedSessions: string[];
    readonly stores: ErasedStore[];
  }>;
  tellErased(
    transaction: Transaction,
    data: EventData['auth.user.erased'],
    actor: string | null,
  ): Promise<void>;
  tellRefused(
    transaction: Transaction,
    data: EventData['auth.user.erasure_refused'],
    actor: string | null,
  ): Promise<void>;
}

/** The lock of the trigger that guards the last ADMIN: what is seen under it stays so. */
const LAST_ADMIN_LOCK = 4_001_002;

export function createErasureStore(outbox: Outbox): ErasureStore {
  return {
    async lock(transaction, userId) {
      const [person] = await transaction.$queryRaw<ReadonlyArray<PersonToErase>>`
        SELECT id::text, email, status::text FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
      return person ?? null;
    },
    async isLastAdmin(transaction, userId) {
      const [row] = await transaction.$queryRaw<ReadonlyArray<{ readonly last: boolean }>>`
        SELECT role = 'ADMIN' AND status = 'ACTIVE' AS last FROM users WHERE id = ${userId}::uuid`;
      if (row?.last !== true) {
        return false;
      }
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LAST_ADMIN_LOCK})`;
      const others = await transaction.user.count({
        where: { role: 'ADMIN', status: 'ACTIVE', id: { not: userId } },
      });
      return others === 0;
    },
    async wipe(transaction, { id, email, status }, hashes) {
      const revokedSessions = await revokeSessions(transaction, id);
      const user = await pseudonymise(transaction, id, status === 'ERASED');
      await transaction.erasedPerson.createMany({ data: { userId: id }, skipDuplicates: true });
      const sessions = await transaction.session.deleteMany({ where: { userId: id } });
      const tokens = await transaction.singleUseToken.deleteMany({ where: { userId: id } });
      const mails = await transaction.outgoingMail.deleteMany({ where: { recipient: email } });
      const failures = await transaction.loginFailure.deleteMany({
        where: { addressHash: hashes.loginFailures },
      });
      const counters = await transaction.attemptCounter.deleteMany({
        where: { keyHash: { in: [...hashes.attemptCounters] } },
      });
      const events = await erasePersonFromEvents(transaction, eventContracts, { typename: 'User', id });
      return {
        version: user.version,
        revokedSessions,
        stores: [
          touched('users', 'PSEUDONYMISED', status === 'ERASED' ? 0 : 1),
          touched('sessions', 'DELETED', sessions.count),
          touched('single_use_tokens', 'DELETED', tokens.count),
          touched('outgoing_mails', 'DELETED', mails.count),
          touched('login_failures', 'DELETED', failures.count),
          touched('attempt_counters', 'DELETED', counters.count),
          ...events.map(({ store, rows }) => touched(store, 'PSEUDONYMISED', rows)),
        ],
      };
    },
    async tellErased(transaction, data, actor) {
      await outbox.append(transaction, erased(data, actor));
    },
    async tellRefused(transaction, data, actor) {
      await outbox.append(transaction, erasureRefused(data, actor));
    },
  };
}

/**
 * Leaves the row with its id alone. The placeholder is no e-mail address, so nobody can register or sign in with it,
 * and the real one is free again; neither is the other an argon2 or bcrypt hash, so no password fits it.
 */
async function pseudonymise(
  transaction: Transaction,
  id: string,
  isDone: boolean,
): Promise<{ readonly version: number }> {
  const placeholders = {
    email: `erased:${id}`,
    name: 'erased',
    passwordHash: 'erased',
    emailVerified: false,
  };
  return transaction.user.update({
    where: { id },
    data: isDone ? placeholders : { ...placeholders, status: 'ERASED', version: { increment: 1 } },
    select: { version: true },
  });
}

function touched(store: string, action: ErasedStore['action'], rows: number): ErasedStore {
  return { store, rows, action, reason: null };
}
