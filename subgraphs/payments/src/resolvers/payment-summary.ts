import { formatMoney } from '../domain/money.js';
import type { PaymentSummaryResolvers } from '../generated/graphql.js';

export const paymentSummaryResolvers: PaymentSummaryResolvers = {
  sent: (summary) => summary.sent.map(formatMoney),
  received: (summary) => summary.received.map(formatMoney),
};
