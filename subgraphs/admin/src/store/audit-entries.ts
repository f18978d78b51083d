import { groupBy } from '@supergraph/platform/database';
import type { Page } from '@supergraph/platform/paging';
import type { Prisma } from '../generated/prisma/client.js';
import {
  auditColumns,
  DETAILS,
  directionOf,
  ENTRIES,
  filterCondition,
  keysetCondition,
  keysetOrder,
} from './audit-sql.js';
import { isStorableText } from './storable.js';

/** An audit entry as lists show it; what was erased is null. */
export interface AuditEntryRecord {
  readonly id: string;
  readonly occurredAt: Date;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly actorId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly details: unknown;
  readonly previousHash: string;
  readonly hash: string;
}

/** Narrows a list of audit entries; what is undefined does not narrow. */
export interface AuditFilter {
  /** UUID. */
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly occurredFrom?: Date | undefined;
  /** Exclusive. */
  readonly occurredBefore?: Date | undefined;
}

/** Tables `audit_entries` and `audit_entry_details` as people read them. */
export interface AuditEntryStore {
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, AuditEntryRecord>>;
  /** Up to `page.size + 1` entries in the direction of reading. */
  list(page: Page, filter: AuditFilter): Promise<ReadonlyArray<AuditEntryRecord>>;
  /**
   * One page for each of many users in one statement: what they did and what was done to them, up to
   * `page.size + 1` entries a user in the direction of reading.
   */
  listTrails(
    page: Page,
    userIds: ReadonlyArray<string>,
  ): Promise<ReadonlyMap<string, ReadonlyArray<AuditEntryRecord>>>;
}

// SQL by hand: Prisma would read entries and side rows in two statements, and has no way to cut a list per user.
export function createAuditEntryStore(prisma: Prisma.TransactionClient): AuditEntryStore {
  return {
    async findMany(ids) {
      const rows = await prisma.$queryRaw<AuditEntryRecord[]>`
        SELECT ${auditColumns}
        FROM audit_entries e
        LEFT JOIN audit_entry_details d ON d.occurred_at = e.occurred_at AND d.entry_id = e.id
        WHERE e.id = ANY (${ids}::uuid[])`;
      return new Map(rows.map((row) => [row.id, row]));
    },
    async list(page, filter) {
      const texts = [filter.action, filter.resourceType, filter.resourceId];
      if (!texts.every((text) => text === undefined || isStorableText(text))) {
        return [];
      }
      // Who asks for an actor is served by the side table's index, and everybody else by the entries'.
      const table = filter.actorId === undefined ? ENTRIES : DETAILS;
      return prisma.$queryRaw<AuditEntryRecord[]>`
        SELECT ${auditColumns}
        FROM audit_entries e
        LEFT JOIN audit_entry_details d ON d.occurred_at = e.occurred_at AND d.entry_id = e.id
        WHERE ${keysetCondition(page, table)} AND ${filterCondition(filter, table)}
        ORDER BY ${keysetOrder(page, table)}
        LIMIT ${page.size + 1}`;
    },
    async listTrails(page, userIds) {
      const take = page.size + 1;
      // Two lists in the same order, each from its own index and no longer than a page, become one; UNION leaves
      // out what a user did to themselves the second time.
      const rows = await prisma.$queryRaw<(AuditEntryRecord & { readonly userId: string })[]>`
        SELECT u.id AS "userId", ${auditColumns}
        FROM unnest(${userIds}::uuid[]) AS u (id)
        CROSS JOIN LATERAL (
          (SELECT d.occurred_at, d.entry_id AS id
             FROM audit_entry_details d
            WHERE d.actor_id = u.id AND ${keysetCondition(page, DETAILS)}
            ORDER BY ${keysetOrder(page, DETAILS)}
            LIMIT ${take})
          UNION
          (SELECT e.occurred_at, e.id
             FROM audit_entries e
            WHERE e.resource_type = 'user' AND e.resource_id = u.id::text AND ${keysetCondition(page, ENTRIES)}
            ORDER BY ${keysetOrder(page, ENTRIES)}
            LIMIT ${take})
          ORDER BY 1 ${directionOf(page)}, 2 ${directionOf(page)}
          LIMIT ${take}
        ) AS own
        JOIN audit_entries e ON e.id = own.id
        LEFT JOIN audit_entry_details d ON d.occurred_at = e.occurred_at AND d.entry_id = e.id
        ORDER BY ${keysetOrder(page, ENTRIES)}`;
      return groupBy(rows, (row) => row.userId);
    },
  };
}
