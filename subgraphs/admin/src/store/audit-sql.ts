import type { Page } from '@supergraph/platform/paging';
import { Prisma } from '../generated/prisma/client.js';
import type { AuditFilter } from './audit-entries.js';
import { toTimestamp } from './storable.js';

/** The columns of an `AuditEntryRecord`, of `audit_entries e` and `audit_entry_details d`. */
export const auditColumns = Prisma.sql`
  e.id, e.occurred_at AS "occurredAt", e.action, e.resource_type AS "resourceType",
  e.resource_id AS "resourceId", e.previous_hash AS "previousHash", e.hash,
  d.actor_id AS "actorId", d.ip, d.user_agent AS "userAgent", d.details`;

/**
 * Where a list reads its order from. Both tables keep the same moment and id, each with indexes that begin with
 * other columns, and the planner does not see by itself that a bound on one is a bound on the other.
 */
export interface OrderedTable {
  readonly occurredAt: Prisma.Sql;
  readonly id: Prisma.Sql;
}

/** `audit_entries e`. */
export const ENTRIES: OrderedTable = { occurredAt: Prisma.sql`e.occurred_at`, id: Prisma.sql`e.id` };
/** `audit_entry_details d`. */
export const DETAILS: OrderedTable = { occurredAt: Prisma.sql`d.occurred_at`, id: Prisma.sql`d.entry_id` };

/** The condition that a row lies between the page's cursors; the list begins with the newest. */
export function keysetCondition({ after, before }: Page, { occurredAt, id }: OrderedTable): Prisma.Sql {
  const place = Prisma.sql`(${occurredAt}, ${id})`;
  return allOf([
    ...(after === null
      ? []
      : [Prisma.sql`${place} < (${toTimestamp(after.at)}::timestamptz, ${after.id}::uuid)`]),
    ...(before === null
      ? []
      : [Prisma.sql`${place} > (${toTimestamp(before.at)}::timestamptz, ${before.id}::uuid)`]),
  ]);
}

/** `DESC` when the page is read from the newest, `ASC` when from the oldest. */
export function directionOf(page: Page): Prisma.Sql {
  return page.direction === 'forward' ? Prisma.sql`DESC` : Prisma.sql`ASC`;
}

/** The order of the direction of reading. */
export function keysetOrder(page: Page, { occurredAt, id }: OrderedTable): Prisma.Sql {
  return Prisma.sql`${occurredAt} ${directionOf(page)}, ${id} ${directionOf(page)}`;
}

/** The condition that a row passes the filter. */
export function filterCondition(filter: AuditFilter, { occurredAt }: OrderedTable): Prisma.Sql {
  const { actorId, action, resourceType, resourceId, occurredFrom, occurredBefore } = filter;
  return allOf([
    ...(actorId === undefined ? [] : [Prisma.sql`d.actor_id = ${actorId}::uuid`]),
    ...(action === undefined ? [] : [Prisma.sql`e.action = ${action}`]),
    ...(resourceType === undefined ? [] : [Prisma.sql`e.resource_type = ${resourceType}`]),
    ...(resourceId === undefined ? [] : [Prisma.sql`e.resource_id = ${resourceId}`]),
    ...(occurredFrom === undefined
      ? []
      : [Prisma.sql`${occurredAt} >= ${toTimestamp(occurredFrom)}::timestamptz`]),
    ...(occurredBefore === undefined
      ? []
      : [Prisma.sql`${occurredAt} < ${toTimestamp(occurredBefore)}::timestamptz`]),
  ]);
}

function allOf(conditions: ReadonlyArray<Prisma.Sql>): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], ' AND ');
}
