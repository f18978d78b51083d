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

/** Tells whether `viewer` may see and call off payments of everybody: ADMIN. */
export function seesEverything(viewer: Viewer): boolean {
  return hasScope(viewer, 'admin');
}
