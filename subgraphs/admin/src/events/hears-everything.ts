import { crashPoint, type EventHandlers, type LostPosition } from '@supergraph/platform/events';
import { formatPosition, type Position } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import { appendAuditEntry } from '../domain/append-audit-entry.js';
import { auditOfEvent } from '../domain/audit-of-event.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Store } from '../store/index.js';
import { contracts } from './contracts.js';

/** Writes everything that a service tells into the audit log. */
export function createAuditHandlers(store: Store, source: string): EventHandlers<Prisma.TransactionClient> {
  const types = contracts.types.filter((type) => type.startsWith(`${source}.`));
  return Object.fromEntries(
    types.map((type) => [
      type,
      async (event, transaction) => {
        await appendAuditEntry(store.within(transaction).auditChain, auditOfEvent(event));
        crashPoint('admin.auditAppended');
      },
    ]),
  ) satisfies EventHandlers<Prisma.TransactionClient>;
}

/**
 * Writes into the audit log that events of a service were not heard: what was done cannot be made up from what is
 * there now, so the log says where it has a hole.
 */
export async function recordLostEvents(
  store: Store,
  { source, refusal, stored, from }: LostPosition & { readonly from: Position },
): Promise<void> {
  await store.inTransaction(({ auditChain }) =>
    appendAuditEntry(auditChain, {
      id: uuidv7(),
      occurredAt: new Date(),
      action: 'event_log.lost',
      resourceType: 'event_log',
      resourceId: source,
      actorId: null,
      ip: null,
      userAgent: null,
      details: {
        reason: refusal.code,
        after: stored === undefined ? null : formatPosition(stored),
        from: formatPosition(from),
      },
    }),
  );
}
