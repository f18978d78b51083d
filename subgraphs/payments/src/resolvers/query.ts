import { requireUser } from '@supergraph/platform/identity';
import { readPage } from '@supergraph/platform/paging';
import { requireUuid } from '@supergraph/platform/validation';
import { listPayments } from '../domain/list-payments.js';
import { listRecurringPayments } from '../domain/list-recurring-payments.js';
import { reportPayments } from '../domain/report-payments.js';
import { maySeePayment } from '../domain/visibility.js';
import type { QueryResolvers } from '../generated/graphql.js';
import { toPaymentFilter } from './payment-filter.js';
import { toResult } from './results.js';

export const queryResolvers: QueryResolvers = {
  payment: async (_parent, args, { viewer, loaders }) => {
    requireUser(viewer);
    const payment = await loaders.payment.load(requireUuid(args.id));
    return payment !== null && maySeePayment(viewer, payment) ? payment : null;
  },
  payments: (_parent, args, context) => {
    requireUser(context.viewer);
    return listPayments(context, {
      // A cursor belongs to its order.
      page: readPage(args.orderBy === 'NEWEST_FIRST' ? 'payments' : `payments ${args.orderBy}`, args),
      filter: toPaymentFilter(args.filter),
      order: args.orderBy,
    });
  },
  recurringPayment: async (_parent, args, { viewer, loaders }) => {
    requireUser(viewer);
    const recurring = await loaders.recurringPayment.load(requireUuid(args.id));
    return recurring !== null && maySeePayment(viewer, recurring) ? recurring : null;
  },
  recurringPayments: (_parent, args, context) => {
    requireUser(context.viewer);
    const page = readPage('recurringPayments', args);
    return listRecurringPayments(context, { page, statuses: args.statuses ?? null });
  },
  paymentReport: async (_parent, period, context) => toResult(await reportPayments(context, period)),
};
