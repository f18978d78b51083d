import { readPage } from '@supergraph/platform/paging';
import { isUuid } from '@supergraph/platform/validation';
import { requirePlain, toPaymentPage } from '../domain/list-payments.js';
import { maySeePaymentsOf } from '../domain/visibility.js';
import type { UserResolvers } from '../generated/graphql.js';
import type { Loaders } from '../store/loaders.js';
import { toPaymentFilter } from './payment-filter.js';

const NO_PAYMENTS = { sentCount: 0, receivedCount: 0, sent: [], received: [] };

export const userResolvers: UserResolvers = {
  // Whether there is such a user is auth's to say: here every well-formed id is one.
  __resolveReference: ({ id }) => (isUuid(id) ? { id: id.toLowerCase(), reachedAs: 'reference' } : null),
  name: (user, _args, { loaders }) => (user.reachedAs === 'party' ? findName(user.id, loaders) : null),
  payments: async (user, args, { viewer, loaders }) => {
    if (!maySeePaymentsOf(viewer, user.id)) {
      return null;
    }
    const page = readPage('User.payments', args);
    const filter = toPaymentFilter(args.filter);
    requirePlain(viewer, filter);
    const rows = await loaders.paymentsOfUser.load({
      ownerId: user.id,
      page,
      filter,
    });
    return toPaymentPage(page, rows ?? []);
  },
  paymentSummary: async (user, _args, { viewer, loaders }) =>
    maySeePaymentsOf(viewer, user.id) ? ((await loaders.summaryOfUser.load(user.id)) ?? NO_PAYMENTS) : null,
};

/** From the replica; only who is missing there costs a question to auth. */
async function findName(userId: string, { party, missingParty }: Loaders): Promise<string | null> {
  const known = await party.load(userId);
  if (known === 'erased') {
    return null;
  }
  return known?.name ?? (await missingParty.load(userId))?.name ?? null;
}
