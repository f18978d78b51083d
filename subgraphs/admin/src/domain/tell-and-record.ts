import type { NewEvent } from '@supergraph/platform/events';
import type { TransactionParts } from '../store/index.js';
import { appendAuditEntry } from './append-audit-entry.js';
import type { AuditEvent } from './audit-chain.js';

/**
 * Tells what this service itself has done, and writes it into the audit log at once, under the same id: reading its
 * own events to do so would only be later.
 *
 * @param parts of the transaction that does it; do it last there, see {@link appendAuditEntry}
 * @param entry what the log says beside who did it
 */
export async function tellAndRecord(
  { tell, auditChain }: Pick<TransactionParts, 'tell' | 'auditChain'>,
  event: NewEvent,
  entry: Pick<AuditEvent, 'action' | 'details'>,
): Promise<void> {
  const occurredAt = event.occurredAt ?? new Date();
  const [told] = await tell({ ...event, occurredAt });
  if (told === undefined) {
    throw new Error('An event was appended and got no id.');
  }
  await appendAuditEntry(auditChain, {
    id: told.id,
    occurredAt,
    resourceType: event.aggregate.type,
    resourceId: event.aggregate.id,
    actorId: event.actor ?? null,
    ip: event.client?.ip ?? null,
    userAgent: event.client?.userAgent ?? null,
    ...entry,
  });
}
