import { ApplicationError } from '@supergraph/platform/errors';
import { line } from '@supergraph/platform/validation';
import type { PaymentFilter as PaymentFilterInput } from '../generated/graphql.js';
import type { PaymentFilter } from '../store/payment-conditions.js';

/** The moments that PostgreSQL and the calendar of a request both have. */
const EARLIEST = new Date(Date.UTC(1, 0, 2));
const LATEST = new Date(Date.UTC(9999, 11, 30));

/**
 * Gives a filter as GraphQL has it to the store: null and absent mean the same.
 *
 * @throws {ApplicationError} `BAD_USER_INPUT`
 */
export function toPaymentFilter(filter: PaymentFilterInput | null | undefined): PaymentFilter {
  return {
    statuses: filter?.statuses ?? undefined,
    type: filter?.type ?? undefined,
    currency: filter?.currency ?? undefined,
    createdFrom: clamp(filter?.createdFrom),
    createdBefore: clamp(filter?.createdBefore),
    payerName: readBeginning('payerName', filter?.payerName),
    payerEmail: readBeginning('payerEmail', filter?.payerEmail),
  };
}

const beginning = line(200);

/** @throws {ApplicationError} `BAD_USER_INPUT` */
function readBeginning(field: string, text: string | null | undefined): string | undefined {
  if (text === null || text === undefined) {
    return undefined;
  }
  const checked = beginning.safeParse(text);
  if (!checked.success) {
    const [mistake] = checked.error.issues;
    throw new ApplicationError(
      'BAD_USER_INPUT',
      `\`${field}\` ${mistake?.message ?? 'is no beginning of a name'}.`,
    );
  }
  return checked.data;
}

/** No payment is older or newer than these, so the answer is the same. */
function clamp(moment: Date | null | undefined): Date | undefined {
  if (moment === null || moment === undefined) {
    return undefined;
  }
  return moment < EARLIEST ? EARLIEST : moment > LATEST ? LATEST : moment;
}
