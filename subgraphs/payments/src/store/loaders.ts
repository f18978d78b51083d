import { createEntityLoader, groupBy, type EntityLoader } from '@supergraph/platform/database';
import type { Page } from '@supergraph/platform/paging';
import { askFor, type PayerSources } from '../domain/payers.js';
import type { Store } from './index.js';
import type { PaymentFilter } from './payment-conditions.js';
import type { PayerRecord } from './payers.js';
import type {
  PaymentRecord,
  RecurringPaymentRecord,
  RefundRecord,
  SummaryRecord,
  TransitionRecord,
} from './records.js';

/** One page of one owner's payments: of a user, or of a recurring payment. */
export interface OwnPage {
  readonly ownerId: string;
  readonly page: Page;
  readonly filter?: PaymentFilter;
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
  readonly paymentsOfUser: EntityLoader<OwnPage, ReadonlyArray<PaymentRecord>>;
  /** A recurring payment by id, whoever may see it: the caller decides. */
  readonly recurringPayment: EntityLoader<string, RecurringPaymentRecord>;
  /** One statement for all recurring payments of which the same page is asked. */
  readonly paymentsOfRecurring: EntityLoader<OwnPage, ReadonlyArray<PaymentRecord>>;
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
    paymentsOfUser: createEntityLoader(
      loadPages((userIds, page, filter) => store.paymentPages.listOfUsers(userIds, page, filter)),
      toText,
    ),
    recurringPayment: createEntityLoader((ids) => store.recurringPayments.findMany(ids)),
    paymentsOfRecurring: createEntityLoader(
      loadPages((ids, page) => store.paymentPages.listOfRecurring(ids, page)),
      toText,
    ),
    summaryOfUser: createEntityLoader((userIds) => store.paymentSummaries.summarize(userIds)),
    party: createEntityLoader((userIds) => store.payers.find(userIds)),
    missingParty: createEntityLoader((userIds) => askFor({ store, users }, userIds)),
  };
}

/** Lists the same page of many owners. */
type ListPages = (
  ownerIds: ReadonlyArray<string>,
  page: Page,
  filter: PaymentFilter,
) => Promise<ReadonlyMap<string, ReadonlyArray<PaymentRecord>>>;

/** Aliases may ask for several pages in one request: a statement for each page, not for each owner. */
function loadPages(list: ListPages) {
  return async (keys: ReadonlyArray<OwnPage>): Promise<ReadonlyMap<string, ReadonlyArray<PaymentRecord>>> => {
    const samePage = [...groupBy(keys, toPageText).values()];
    const found = await Promise.all(
      samePage.map(async (group) => {
        const [{ page, filter = {} }] = group as [OwnPage, ...OwnPage[]];
        const ownerIds = group.map(({ ownerId }) => ownerId);
        const rows = await list(ownerIds, page, filter);
        return group.map((key) => [toText(key), rows.get(key.ownerId) ?? []] as const);
      }),
    );
    return new Map(found.flat());
  };
}

function toText(key: OwnPage): string {
  return `${key.ownerId} ${toPageText(key)}`;
}

function toPageText({ page, filter }: OwnPage): string {
  return JSON.stringify([page, filter]);
}
