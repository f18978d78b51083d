import type { Page } from '@supergraph/platform/paging';
import { Prisma } from '../generated/prisma/client.js';
import type { PaymentStatus, PaymentType } from './records.js';

/** Narrows a list of payments; what is undefined does not narrow. */
export interface PaymentFilter {
  readonly statuses?: ReadonlyArray<PaymentStatus> | undefined;
  readonly type?: PaymentType | undefined;
  readonly currency?: string | undefined;
  /** Only made at this moment or later. */
  readonly createdFrom?: Date | undefined;
  /** Only made before this moment. */
  readonly createdBefore?: Date | undefined;
}

/**
 * The condition of a page in SQL: what the filter asks for and what lies beyond the cursors, the newest first.
 *
 * A cursor compares whole rows of (created_at, id), which an index on both begins at.
 */
export function toPageCondition(page: Page, filter: PaymentFilter): Prisma.Sql {
  const conditions: Prisma.Sql[] = [];
  if (filter.statuses !== undefined) {
    conditions.push(Prisma.sql`status = ANY(${[...filter.statuses]}::payments."PaymentStatus"[])`);
  }
  if (filter.type !== undefined) {
    conditions.push(Prisma.sql`type = ${filter.type}::payments."PaymentType"`);
  }
  if (filter.currency !== undefined) {
    conditions.push(Prisma.sql`currency = ${filter.currency}`);
  }
  if (filter.createdFrom !== undefined) {
    conditions.push(Prisma.sql`created_at >= ${filter.createdFrom}::timestamptz`);
  }
  if (filter.createdBefore !== undefined) {
    conditions.push(Prisma.sql`created_at < ${filter.createdBefore}::timestamptz`);
  }
  if (page.after !== null) {
    conditions.push(Prisma.sql`(created_at, id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`);
  }
  if (page.before !== null) {
    conditions.push(Prisma.sql`(created_at, id) > (${page.before.at}::timestamptz, ${page.before.id}::uuid)`);
  }
  return conditions.length === 0 ? Prisma.sql`TRUE` : Prisma.join(conditions, ' AND ');
}

/** The order in which a page is read: backward pages begin at the list's end. */
export function toPageOrder(page: Page): Prisma.Sql {
  return page.direction === 'forward'
    ? Prisma.sql`created_at DESC, id DESC`
    : Prisma.sql`created_at ASC, id ASC`;
}
