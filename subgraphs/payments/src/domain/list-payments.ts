import { ApplicationError } from '@supergraph/platform/errors';
import { requireUser, type Viewer } from '@supergraph/platform/identity';
import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import type { PaymentFilter } from '../store/payment-conditions.js';
import type { PaymentOrder } from '../store/payment-pages.js';
import type { PaymentRecord } from '../store/records.js';
import type { DomainContext } from './context.js';
import { seesEverything } from './visibility.js';

/** A page of payments. */
export type PaymentPage = Connection<PaymentRecord>;

/**
 * Lists payments: for ADMIN all, for others what they sent or received.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`, or `FORBIDDEN` when others than ADMIN look by names or addresses
 */
export async function listPayments(
  { viewer, store }: DomainContext,
  args: { readonly page: Page; readonly filter: PaymentFilter; readonly order: PaymentOrder },
): Promise<PaymentPage> {
  const { userId } = requireUser(viewer);
  if (seesEverything(viewer)) {
    return toPaymentPage(args.page, await store.paymentPages.listAll(args.page, args.filter, args.order));
  }
  requirePlain(viewer, args.filter, args.order);
  const pages = await store.paymentPages.listOfUsers([userId], args.page, args.filter);
  return toPaymentPage(args.page, pages.get(userId) ?? []);
}

/**
 * Lets others than ADMIN list by what they may see: names and addresses of payers are not among it, and a list that
 * is narrowed or ordered by them would tell.
 *
 * @throws {ApplicationError} `FORBIDDEN`
 */
export function requirePlain(
  viewer: Viewer,
  { payerName, payerEmail }: PaymentFilter,
  order: PaymentOrder = 'NEWEST_FIRST',
): void {
  const isPlain = payerName === undefined && payerEmail === undefined && order === 'NEWEST_FIRST';
  if (!isPlain && !seesEverything(viewer)) {
    throw new ApplicationError(
      'FORBIDDEN',
      'Only ADMIN looks for payments by names and e-mail addresses; leave out `payerName`, `payerEmail` and `orderBy`.',
    );
  }
}

/** Shapes the rows of a page, which lie in the direction of reading. */
export function toPaymentPage(page: Page, rows: ReadonlyArray<PaymentRecord>): PaymentPage {
  return toConnection(page, rows, ({ createdAt, id }) => ({ at: createdAt, id }));
}
