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
  /** Only of payers whose name begins so, whatever the letter case. */
  readonly payerName?: string | undefined;
  /** Only of payers whose e-mail address begins so, whatever the letter case. */
  readonly payerEmail?: string | undefined;
}

/** The expressions over `payers` that its indexes have. */
export const PAYER_KEYS = {
  name: Prisma.sql`(lower(coalesce(payer.name, '')) COLLATE "C")`,
  email: Prisma.sql`(lower(coalesce(payer.email, '')) COLLATE "C")`,
} as const;

/** What a filter asks of the payer, over `payers AS payer`. */
export function toPayerConditions({ payerName, payerEmail }: PaymentFilter): ReadonlyArray<Prisma.Sql> {
  const beginsWith = (key: Prisma.Sql, text: string | undefined): Prisma.Sql[] =>
    text === undefined ? [] : [Prisma.sql`${key} ^@ lower(${text}::text)`];
  return [...beginsWith(PAYER_KEYS.name, payerName), ...beginsWith(PAYER_KEYS.email, payerEmail)];
}

/** What a filter asks of the payment itself, over `payments`. */
export function toPaymentConditions(filter: PaymentFilter): ReadonlyArray<Prisma.Sql> {
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
  return conditions;
}

/** All of the conditions, which may be none. */
export function allOf(conditions: ReadonlyArray<Prisma.Sql>): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`TRUE` : Prisma.join([...conditions], ' AND ');
}

/**
 * The condition of a page in SQL: what the filter asks for and what lies beyond the cursors, the newest first.
 *
 * A cursor compares whole rows of (created_at, id), which an index on both begins at.
 */
export function toPageCondition(page: Page, filter: PaymentFilter): Prisma.Sql {
  const conditions = [...toPaymentConditions(filter)];
  const ofPayer = toPayerConditions(filter);
  if (ofPayer.length > 0) {
    conditions.push(
      Prisma.sql`user_id IN (SELECT payer.id FROM payments.payers AS payer WHERE ${allOf(ofPayer)})`,
    );
  }
  if (page.after !== null) {
    conditions.push(Prisma.sql`(created_at, id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`);
  }
  if (page.before !== null) {
    conditions.push(Prisma.sql`(created_at, id) > (${page.before.at}::timestamptz, ${page.before.id}::uuid)`);
  }
  return allOf(conditions);
}

/** The order in which a page is read: backward pages begin at the list's end. */
export function toPageOrder(page: Page): Prisma.Sql {
  return page.direction === 'forward'
    ? Prisma.sql`created_at DESC, id DESC`
    : Prisma.sql`created_at ASC, id ASC`;
}
