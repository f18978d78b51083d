import { createEntityLoader, groupBy, type EntityLoader } from '@supergraph/platform/database';
import type { Page } from '@supergraph/platform/paging';
import { askFor, type PayerSources } from '../domain/payers.js';
import type { Store } from './index.js';
import type { PaymentFilter } from './payment-conditions.js';
import type { PayerRecord } from './payers.js';
import type { PaymentRecord, RefundRecord, SummaryRecord, TransitionRecord } from './records.js';

/** One page of one user's payments. */
export interface UserPage {
  readonly userId: string;
  readonly page: Page;
  readonly filter: PaymentFilter;
}

/** One batch a table and request: whatever one request asks of a table costs one statement. */
export interface Loaders {
  /** A payment by id, whoever may see it: the caller decides. */
  readonly payment: EntityLoader<string, PaymentRecord>;
  readonly transitionsOfPayment: EntityLoader<string, ReadonlyArray<TransitionRecord>>;
  /** A refund by id, whoever may see it: the caller decides. */
  readonly refund: EntityLoader<string, RefundRecord>;
  readonly refundsOfPayment: EntityLoader<string, ReadonlyArray<RefundRecord>>;
  /** One statement for all users of whom the same page is asked. */
  readonly paymentsOfUser: EntityLoader<UserPage, ReadonlyArray<PaymentRecord>>;
  readonly summaryOfUser: EntityLoader<string, SummaryRecord>;
  /** People in the replica; for parties of payments that the viewer may see, and nobody else. */
  readonly party: EntityLoader<string, PayerRecord | 'erased'>;
  /** One question to auth for all whom the replica lacks. */
  readonly missingParty: EntityLoader<string, PayerRecord>;
}

/** Makes the loaders of one request. */
export function createLoaders({ store, users }: PayerSources & { readonly store: Store }): Loaders {
  return {
    payment: createEntityLoader((ids) => store.payments.findMany(ids)),
    transitionsOfPayment: createEntityLoader((ids) => store.paymentTransitions.listOfPayments(ids)),
    refund: createEntityLoader((ids) => store.refunds.findMany(ids)),
    refundsOfPayment: createEntityLoader((ids) => store.refunds.listOfPayments(ids)),
    paymentsOfUser: createEntityLoader((keys) => loadUserPages(store, keys), toText),
    summaryOfUser: createEntityLoader((userIds) => store.paymentSummaries.summarize(userIds)),
    party: createEntityLoader((userIds) => store.payers.find(userIds)),
    missingParty: createEntityLoader((userIds) => askFor({ store, users }, userIds)),
  };
}

/** Aliases may ask for several pages in one request: a statement for each page, not for each user. */
async function loadUserPages(
  store: Store,
  keys: ReadonlyArray<UserPage>,
): Promise<ReadonlyMap<string, ReadonlyArray<PaymentRecord>>> {
  const samePage = [...groupBy(keys, toPageText).values()];
  const found = await Promise.all(
    samePage.map(async (group) => {
      const [{ page, filter }] = group as [UserPage, ...UserPage[]];
      const rows = await store.paymentPages.listOfUsers(
        group.map(({ userId }) => userId),
        page,
        filter,
      );
      return group.map((key) => [toText(key), rows.get(key.userId) ?? []] as const);
    }),
  );
  return new Map(found.flat());
}

function toText(key: UserPage): string {
  return `${key.userId} ${toPageText(key)}`;
}

function toPageText({ page, filter }: UserPage): string {
  return JSON.stringify([page, filter]);
}
