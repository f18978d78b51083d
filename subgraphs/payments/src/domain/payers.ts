import type { UserDirectory } from '../clients/user-directory.js';
import type { Store } from '../store/index.js';
import type { PayerRecord } from '../store/payers.js';

/** By what people are looked up. */
export interface PayerSources {
  readonly store: Pick<Store, 'payers'>;
  /** What auth knows of users. */
  readonly users: UserDirectory;
}

/**
 * Finds people in the replica, and asks auth in one question for those who are missing there: who has just registered
 * may be a moment ahead of the event. What auth says is kept.
 *
 * @returns by id; who is unknown or erased is absent
 * @throws {ApplicationError} `DEPENDENCY_UNAVAILABLE` when somebody is missing and auth does not answer
 */
export async function findPayers(
  { store, users }: PayerSources,
  userIds: ReadonlyArray<string>,
): Promise<ReadonlyMap<string, PayerRecord>> {
  const kept = await store.payers.find(userIds);
  const missing = userIds.filter((id) => !kept.has(id));
  return missing.length === 0
    ? toKnown(kept)
    : new Map([...toKnown(kept), ...(await askFor({ store, users }, missing))]);
}

/**
 * Asks auth for people whom the replica lacks, or of whom it has not heard the name yet, and keeps what it says.
 *
 * @throws {ApplicationError} `DEPENDENCY_UNAVAILABLE`
 */
export async function askFor(
  { store, users }: PayerSources,
  userIds: ReadonlyArray<string>,
): Promise<ReadonlyMap<string, PayerRecord>> {
  const told = await users.find(userIds);
  const people = [...told.values()].flatMap(({ id, email, name, status }) =>
    isAlive(status) ? [{ id, email, name, status }] : [],
  );
  await store.payers.keep(people);
  return new Map(people.map((person) => [person.id, person]));
}

function isAlive(status: string | null): status is 'ACTIVE' | 'SUSPENDED' {
  return status === 'ACTIVE' || status === 'SUSPENDED';
}

function toKnown(kept: ReadonlyMap<string, PayerRecord | 'erased'>): ReadonlyMap<string, PayerRecord> {
  return new Map(
    [...kept].flatMap(([id, payer]): [string, PayerRecord][] => (payer === 'erased' ? [] : [[id, payer]])),
  );
}
