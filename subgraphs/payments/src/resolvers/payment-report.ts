import { formatMoney } from '../domain/money.js';
import type { Resolvers } from '../generated/graphql.js';

/** The lines of a report differ in what they are by, and have their money in the same form. */
export const paymentReportResolvers: Pick<
  Resolvers,
  'PaymentStatusTotal' | 'PaymentTypeTotal' | 'PaymentDayTotal'
> = {
  PaymentStatusTotal: { amount: formatMoney },
  PaymentTypeTotal: { amount: formatMoney },
  PaymentDayTotal: { amount: formatMoney },
};
