import { requireScope } from '@supergraph/platform/identity';
import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import type { AuditEntryRecord, AuditFilter } from '../store/audit-entries.js';
import type { DomainContext } from './context.js';

/**
 * Lists what was done, the newest first, for ADMIN.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function listAuditEntries(
  { viewer, store }: DomainContext,
  args: { readonly page: Page; readonly filter: AuditFilter },
): Promise<Connection<AuditEntryRecord>> {
  requireScope(viewer, 'admin');
  return toAuditConnection(args.page, await store.auditEntries.list(args.page, args.filter));
}

/** Shapes audit entries into a page. */
export function toAuditConnection(
  page: Page,
  rows: ReadonlyArray<AuditEntryRecord>,
): Connection<AuditEntryRecord> {
  return toConnection(page, rows, (entry) => ({ at: entry.occurredAt, id: entry.id }));
}
