import { erasePersonFromEvents } from '@supergraph/platform/events';
import { contracts } from '../events/contracts.js';
import type { ErasedStore } from '../store/erasure-steps.js';
import type { TransactionParts } from '../store/index.js';
import { CHAIN_BEGIN, findFalseParts, hashEntry } from './audit-chain.js';
import type { AuditCheck } from './erasure-certificate.js';

/** More would take longer than a transaction may; `supergraph audit verify` looks at all of them. */
const MAXIMUM_CHECKED = 1_000;

/**
 * Takes a person out of everything that this service has. What stays is bare ids. Doing it again changes nothing.
 *
 * @param parts of a transaction
 * @returns what was touched, and that the audit log is whole without it
 */
export async function forgetPerson(
  { auditChain, people, users, sql }: TransactionParts,
  userId: string,
): Promise<{ readonly stores: ReadonlyArray<ErasedStore>; readonly audit: AuditCheck }> {
  // Whoever appends an entry of this person now has ended, or begins when the tombstone is there.
  const head = (await auditChain.lockHead()) ?? CHAIN_BEGIN;
  await people.bury(userId);
  const touched = await people.forgetInAudit(userId);
  const rows = await auditChain.findMany(touched.slice(0, MAXIMUM_CHECKED));
  const removedUsers = await users.remove(userId);
  const events = await erasePersonFromEvents(sql, contracts, { typename: 'User', id: userId });
  const kept = await people.countBareIds(userId);
  return {
    stores: [
      { store: 'users', rows: removedUsers, action: 'DELETED', reason: null },
      { store: 'audit_entry_details', rows: touched.length, action: 'PSEUDONYMISED', reason: null },
      ...events.map((store) => ({ ...store, action: 'PSEUDONYMISED' as const, reason: null })),
      { store: 'audit_entries', rows: kept.auditEntries, action: 'KEPT', reason: BARE_IDS },
      { store: 'settings', rows: kept.settings, action: 'KEPT', reason: BARE_IDS },
    ],
    audit: {
      touched: touched.length,
      checked: rows.length,
      whole: rows.every(
        ({ entry, disclosure }) =>
          entry.hash === hashEntry(entry) &&
          (disclosure === null || findFalseParts(entry, disclosure).length === 0),
      ),
      head,
    },
  };
}

const BARE_IDS = 'The record of what was done keeps the bare id, which leads to nobody any more.';
