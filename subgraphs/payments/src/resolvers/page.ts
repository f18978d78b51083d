import { ApplicationError } from '@supergraph/platform/errors';
import { readPage, type Page, type PageArguments } from '@supergraph/platform/paging';
import { isUuid } from '@supergraph/platform/validation';
import type { PaymentFilter as PaymentFilterInput } from '../generated/graphql.js';
import type { PaymentFilter } from '../store/payment-conditions.js';

/** The moments that PostgreSQL and the calendar of a request both have. */
const [EARLIEST, LATEST] = [Date.UTC(1, 0, 2), Date.UTC(9999, 11, 30)].map((moment) => new Date(moment)) as [
  Date,
  Date,
];

/**
 * Checks the arguments of a list of payments.
 *
 * @throws {ApplicationError} `INVALID_PAGE_SIZE` or `INVALID_CURSOR`
 */
export function readPaymentPage(list: string, args: PageArguments): Page {
  const page = readPage(list, args);
  // A cursor's checksum is no secret: one made by hand must not reach the database with anything in it.
  for (const position of [page.after, page.before]) {
    if (position !== null && !(isUuid(position.id) && position.at >= EARLIEST && position.at <= LATEST)) {
      throw new ApplicationError(
        'INVALID_CURSOR',
        'The cursor was altered; use cursors as this list gave them.',
      );
    }
  }
  return page;
}

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
