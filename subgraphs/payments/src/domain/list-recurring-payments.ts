import { requireUser } from '@supergraph/platform/identity';
import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import type { RecurringPaymentRecord, RecurringPaymentStatus } from '../store/records.js';
import type { DomainContext } from './context.js';
import { seesEverything } from './visibility.js';

/** A page of recurring payments. */
export type RecurringPaymentPage = Connection<RecurringPaymentRecord>;

/**
 * Lists recurring payments, the newest first: for ADMIN all, for others those that they send or receive.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function listRecurringPayments(
  { viewer, store }: DomainContext,
  args: {
    readonly page: Page;
    readonly statuses: ReadonlyArray<RecurringPaymentStatus> | null;
  },
): Promise<RecurringPaymentPage> {
  const { userId } = requireUser(viewer);
  const rows = await store.recurringPages.list({ ...args, userId: seesEverything(viewer) ? null : userId });
  return toConnection(args.page, rows, ({ createdAt, id }) => ({ at: createdAt, id }));
}
