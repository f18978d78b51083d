import { readPage } from '@supergraph/platform/paging';
import { isUuid } from '@supergraph/platform/validation';
import { toPaymentPage } from '../domain/list-payments.js';
import { maySeePaymentsOf } from '../domain/visibility.js';
import type { UserResolvers } from '../generated/graphql.js';
import { toPaymentFilter } from './payment-filter.js';

const NO_PAYMENTS = { sentCount: 0, receivedCount: 0, sent: [], received: [] };

export const userResolvers: UserResolvers = {
  // Whether there is such a user is auth's to say: here every well-formed id is one.
  __resolveReference: ({ id }) => (isUuid(id) ? { id: id.toLowerCase(), reachedAs: 'reference' } : null),
  name: (user, _args, { loaders }) => (user.reachedAs === 'party' ? loaders.nameOfParty.load(user.id) : null),
  payments: async (user, args, { viewer, loaders }) => {
    if (!maySeePaymentsOf(viewer, user.id)) {
      return null;
    }
    const page = readPage('User.payments', args);
    const rows = await loaders.paymentsOfUser.load({
      userId: user.id,
      page,
      filter: toPaymentFilter(args.filter),
    });
    return toPaymentPage(page, rows ?? []);
  },
  paymentSummary: async (user, _args, { viewer, loaders }) =>
    maySeePaymentsOf(viewer, user.id) ? ((await loaders.summaryOfUser.load(user.id)) ?? NO_PAYMENTS) : null,
};
