import { isUuid } from '@supergraph/platform/validation';
import { formatMoney } from '../domain/money.js';
import { maySeePayment } from '../domain/visibility.js';
import type { RefundResolvers } from '../generated/graphql.js';

export const refundResolvers: RefundResolvers = {
  // Who may see the payment may see what was paid back of it.
  __resolveReference: async ({ id }, { viewer, loaders }) => {
    const refund = isUuid(id) ? await loaders.refund.load(id.toLowerCase()) : null;
    return refund !== null && maySeePayment(viewer, refund) ? refund : null;
  },
  payment: (refund, _args, { loaders }) => loaders.payment.load(refund.paymentId),
  amount: (refund) => formatMoney(refund),
};
