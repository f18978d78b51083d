import type { Resolvers } from '../generated/graphql.js';
import { mutationResolvers } from './mutation.js';
import { paymentReportResolvers } from './payment-report.js';
import { paymentSummaryResolvers } from './payment-summary.js';
import { paymentResolvers } from './payment.js';
import { queryResolvers } from './query.js';
import { recurringPaymentResolvers } from './recurring-payment.js';
import { refundResolvers } from './refund.js';
import { userResolvers } from './user.js';

/** All resolvers of the payments subgraph, a file a type. */
export const resolvers: Resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  Payment: paymentResolvers,
  PaymentConnection: { asOf: (_page, _args, { payersAsOf }) => payersAsOf() },
  PaymentSummary: paymentSummaryResolvers,
  ...paymentReportResolvers,
  RecurringPayment: recurringPaymentResolvers,
  Refund: refundResolvers,
  User: userResolvers,
};
