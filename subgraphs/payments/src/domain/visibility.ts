import { hasScope, isViewerUser, type Viewer } from '@supergraph/platform/identity';

/** Who a payment is between. */
export interface Parties {
  readonly userId: string;
  readonly recipientId: string | null;
}

/** Tells whether `viewer` may see a payment: who pays, who is paid, and ADMIN. */
export function maySeePayment(viewer: Viewer, { userId, recipientId }: Parties): boolean {
  return (
    isViewerUser(viewer, userId) ||
    (recipientId !== null && isViewerUser(viewer, recipientId)) ||
    seesEverything(viewer)
  );
}

/** Tells whether `viewer` may see what a user sent and received: oneself and ADMIN. */
export function maySeePaymentsOf(viewer: Viewer, userId: string): boolean {
  return isViewerUser(viewer, userId) || seesEverything(viewer);
}

/** Tells whether `viewer` may pay a payment back: the vendor who was paid, and ADMIN. */
export function mayRefundPayment(viewer: Viewer, { recipientId }: Parties): boolean {
  const isPaidVendor =
    recipientId !== null &&
    isViewerUser(viewer, recipientId) &&
    viewer.kind === 'user' &&
    viewer.role === 'VENDOR';
  return isPaidVendor || seesEverything(viewer);
}

/** Tells whether `viewer` may read reports: VENDOR over their own payments, ADMIN over all. */
export function mayReadReports(viewer: Viewer): boolean {
  return viewer.kind === 'user' && (viewer.role === 'VENDOR' || seesEverything(viewer));
}

/** Tells whether `viewer` may see and call off payments of everybody: ADMIN. */
export function seesEverything(viewer: Viewer): boolean {
  return hasScope(viewer, 'admin');
}
