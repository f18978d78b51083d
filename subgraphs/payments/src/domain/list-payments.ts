import { requireUser } from '@supergraph/platform/identity';
import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import type { PaymentFilter } from '../store/payment-conditions.js';
import type { PaymentRecord } from '../store/records.js';
import type { DomainContext } from './context.js';
import { seesEverything } from './visibility.js';

/** A page of payments. */
export type PaymentPage = Connection<PaymentRecord>;

/**
 * Lists payments, the newest first: for ADMIN all, for others what they sent or received.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function listPayments(
  { viewer, store }: DomainContext,
  args: { readonly page: Page; readonly filter: PaymentFilter },
): Promise<PaymentPage> {
  const { userId } = requireUser(viewer);
  if (seesEverything(viewer)) {
    return toPaymentPage(args.page, await store.paymentPages.listAll(args.page, args.filter));
  }
  const pages = await store.paymentPages.listOfUsers([userId], args.page, args.filter);
  return toPaymentPage(args.page, pages.get(userId) ?? []);
}

/** Shapes the rows of a page, which lie in the direction of reading. */
export function toPaymentPage(page: Page, rows: ReadonlyArray<PaymentRecord>): PaymentPage {
  return toConnection(page, rows, ({ createdAt, id }) => ({ at: createdAt, id }));
}
