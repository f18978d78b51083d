import type { AuditChainStore } from '../store/audit-chain.js';
import { CHAIN_BEGIN, sealEntry, type AuditEvent } from './audit-chain.js';

/** Longer ones are cut: they come from the client, and no entry may grow without bound. */
const MAXIMUM_CLIENT_TEXT = 500;

/**
 * Appends what was done to the chain, unless an entry of this id is in it. Of a person who was erased only what lasts
 * is written: who comes too late with it does not bring it back.
 *
 * @param chain of the transaction that does it, so that neither is ever without the other. Appends wait for one
 *   another until their transactions end: append last, after every other lock, or two could wait for each other.
 */
export async function appendAuditEntry(chain: AuditChainStore, event: AuditEvent): Promise<void> {
  const head = (await chain.lockHead()) ?? CHAIN_BEGIN;
  const { entry, disclosure } = sealEntry(head, {
    ...event,
    ip: event.ip?.slice(0, MAXIMUM_CLIENT_TEXT) ?? null,
    userAgent: event.userAgent?.slice(0, MAXIMUM_CLIENT_TEXT) ?? null,
  });
  await chain.append(entry, disclosure);
}
