import type { PaymentFilter as PaymentFilterInput } from '../generated/graphql.js';
import type { PaymentFilter } from '../store/payment-conditions.js';

/** The moments that PostgreSQL and the calendar of a request both have. */
const EARLIEST = new Date(Date.UTC(1, 0, 2));
const LATEST = new Date(Date.UTC(9999, 11, 30));

/** Gives a filter as GraphQL has it to the store: null and absent mean the same. */
export function toPaymentFilter(filter: PaymentFilterInput | null | undefined): PaymentFilter {
  return {
    statuses: filter?.statuses ?? undefined,
    type: filter?.type ?? undefined,
    currency: filter?.currency ?? undefined,
    createdFrom: clamp(filter?.createdFrom),
    createdBefore: clamp(filter?.createdBefore),
  };
}

/** No payment is older or newer than these, so the answer is the same. */
function clamp(moment: Date | null | undefined): Date | undefined {
  if (moment === null || moment === undefined) {
    return undefined;
  }
  return moment < EARLIEST ? EARLIEST : moment > LATEST ? LATEST : moment;
}
