import { cancelPayment } from '../domain/cancel-payment.js';
import { cancelRecurringPayment } from '../domain/cancel-recurring-payment.js';
import { createPayment } from '../domain/create-payment.js';
import { createRecurringPayment } from '../domain/create-recurring-payment.js';
import { refundPayment } from '../domain/refund-payment.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { toResult } from './results.js';

export const mutationResolvers: MutationResolvers = {
  createPayment: async (_parent, { input }, context) => toResult(await createPayment(context, input)),
  cancelPayment: async (_parent, { input }, context) => toResult(await cancelPayment(context, input)),
  createRecurringPayment: async (_parent, { input }, context) =>
    toResult(await createRecurringPayment(context, input)),
  cancelRecurringPayment: async (_parent, { input }, context) =>
    toResult(await cancelRecurringPayment(context, input)),
  refundPayment: async (_parent, { input }, context) => toResult(await refundPayment(context, input)),
};
