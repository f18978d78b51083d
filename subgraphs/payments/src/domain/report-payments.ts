import { ApplicationError } from '@supergraph/platform/errors';
import { requireUser } from '@supergraph/platform/identity';
import { invalidInput, type InvalidInput } from '@supergraph/platform/validation';
import type { PaymentReportRecord } from '../store/payment-reports.js';
import type { DomainContext } from './context.js';
import { mayReadReports, seesEverything } from './visibility.js';

/** The longest period of one report, in days. */
const MAXIMUM_DAYS = 366;
const DAY_MILLISECONDS = 86_400_000;

/**
 * Adds up the payments made in a period by status, type and day: for VENDOR what they sent or received, for ADMIN all.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function reportPayments(
  { viewer, store }: DomainContext,
  period: { readonly from: Date; readonly before: Date },
): Promise<{ readonly type: 'report'; readonly report: PaymentReportRecord } | InvalidInput> {
  const { userId } = requireUser(viewer);
  if (!mayReadReports(viewer)) {
    throw new ApplicationError('FORBIDDEN', 'Reports are for VENDOR over their own payments, and for ADMIN.');
  }
  const length = period.before.getTime() - period.from.getTime();
  if (length <= 0) {
    return invalidInput([{ path: 'before', message: 'must be later than `from`' }]);
  }
  if (length > MAXIMUM_DAYS * DAY_MILLISECONDS) {
    return invalidInput([{ path: 'before', message: `must be at most ${MAXIMUM_DAYS} days after \`from\`` }]);
  }
  const report = await store.paymentReports.report({
    ...period,
    userId: seesEverything(viewer) ? null : userId,
  });
  return { type: 'report', report };
}
