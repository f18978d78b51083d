import { readPage } from '@supergraph/platform/paging';
import { isUuid } from '@supergraph/platform/validation';
import { toPaymentPage } from '../domain/list-payments.js';
import { formatMoney } from '../domain/money.js';
import { maySeePayment } from '../domain/visibility.js';
import type { RecurringPaymentResolvers } from '../generated/graphql.js';

export const recurringPaymentResolvers: RecurringPaymentResolvers = {
  __resolveReference: async ({ id }, { viewer, loaders }) => {
    const recurring = isUuid(id) ? await loaders.recurringPayment.load(id.toLowerCase()) : null;
    return recurring !== null && maySeePayment(viewer, recurring) ? recurring : null;
  },
  // Every way to a recurring payment asked whether the viewer may see it, and so its parties' names.
  user: (recurring) => ({ id: recurring.userId, reachedAs: 'party' }),
  recipient: (recurring) =>
    recurring.recipientId === null ? null : { id: recurring.recipientId, reachedAs: 'party' },
  amount: (recurring) => formatMoney(recurring),
  recurrence: ({ unit, every, firstDueAt, occurrences, endsAt }) => ({
    unit,
    every,
    firstDueAt,
    occurrences,
    endsAt,
  }),
  // Its payments are between the same parties, so who may see it may see them.
  payments: async (recurring, args, { loaders }) => {
    const page = readPage('RecurringPayment.payments', args);
    const rows = await loaders.paymentsOfRecurring.load({ ownerId: recurring.id, page });
    return toPaymentPage(page, rows ?? []);
  },
};
