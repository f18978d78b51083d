import { isUuid } from '@supergraph/platform/validation';
import { formatMoney } from '../domain/money.js';
import { maySeePayment } from '../domain/visibility.js';
import type { PaymentResolvers } from '../generated/graphql.js';

export const paymentResolvers: PaymentResolvers = {
  // Malformed ids are unknown ids: one wrong representation must not cost its neighbours their answers.
  __resolveReference: async ({ id }, { viewer, loaders }) => {
    const payment = isUuid(id) ? await loaders.payment.load(id.toLowerCase()) : null;
    return payment !== null && maySeePayment(viewer, payment) ? payment : null;
  },
  // Every way to a payment asked whether the viewer may see it, and so its parties' names.
  user: (payment) => ({ id: payment.userId, reachedAs: 'party' }),
  recipient: (payment) =>
    payment.recipientId === null ? null : { id: payment.recipientId, reachedAs: 'party' },
  amount: (payment) => formatMoney(payment),
  recurringPayment: ({ recurringPaymentId }, _args, { loaders }) =>
    recurringPaymentId === null ? null : loaders.recurringPayment.load(recurringPaymentId),
  refunds: async (payment, _args, { loaders }) => (await loaders.refundsOfPayment.load(payment.id)) ?? [],
  transitions: async (payment, _args, { loaders }) =>
    (await loaders.transitionsOfPayment.load(payment.id)) ?? [],
};
