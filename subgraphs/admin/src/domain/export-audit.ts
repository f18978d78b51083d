import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Page } from '@supergraph/platform/paging';
import type { AuditEntryRecord, AuditEntryStore, AuditFilter } from '../store/audit-entries.js';

const ENTRIES_AT_ONCE = 500;

/**
 * Writes audit entries as JSON Lines, the oldest first. Memory is bounded by a page, since the next one is read when
 * the lines of this one were taken.
 *
 * @returns the lines of a page at a time, each ended by a line feed
 * @see https://jsonlines.org/
 */
export async function* exportAuditEntries(
  entries: Pick<AuditEntryStore, 'list'>,
  filter: AuditFilter,
): AsyncGenerator<string, void, undefined> {
  let before: Page['before'] = null;
  for (;;) {
    // The list begins with the newest: backward from its end is from the oldest on.
    const page: Page = {
      list: 'auditExport',
      size: ENTRIES_AT_ONCE,
      direction: 'backward',
      after: null,
      before,
    };
    const found = await entries.list(page, filter);
    const rows = found.slice(0, ENTRIES_AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    yield rows.map(toLine).join('');
    if (found.length <= ENTRIES_AT_ONCE) {
      return;
    }
    before = { at: last.occurredAt, id: last.id };
    await yieldToOthers();
  }
}

function toLine(entry: AuditEntryRecord): string {
  const { id, occurredAt, actorId: actor, action, resourceType, resourceId, ip, userAgent, details } = entry;
  const { previousHash, hash } = entry;
  const line = {
    id,
    occurredAt,
    actor,
    action,
    resourceType,
    resourceId,
    ip,
    userAgent,
    details,
    previousHash,
    hash,
  };
  return `${JSON.stringify(line)}\n`;
}
