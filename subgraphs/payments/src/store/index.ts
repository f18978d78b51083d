import type { Outbox } from '@supergraph/platform/events';
import type { PrismaClient } from '../generated/prisma/client.js';
import { createIdempotencyKeyStore, type IdempotencyKeyStore } from './idempotency-keys.js';
import { createPayerStore, type PayerStore } from './payers.js';
import { createPaymentPageStore, type PaymentPageStore } from './payment-pages.js';
import { createPaymentProcessingStore, type PaymentProcessingStore } from './payment-processing.js';
import { createPaymentReportStore, type PaymentReportStore } from './payment-reports.js';
import { createPaymentSummaryStore, type PaymentSummaryStore } from './payment-summaries.js';
import { createPaymentTransitionStore, type PaymentTransitionStore } from './payment-transitions.js';
import { createPaymentStore, type PaymentStore } from './payments.js';
import { createProviderEventStore, type ProviderEventStore } from './provider-events.js';
import { createRecurringPageStore, type RecurringPageStore } from './recurring-pages.js';
import { createRecurringPaymentStore, type RecurringPaymentStore } from './recurring-payments.js';
import { createRecurringProcessingStore, type RecurringProcessingStore } from './recurring-processing.js';
import { createRefundSettlementStore, type RefundSettlementStore } from './refund-settlement.js';
import { createRefundStore, type RefundStore } from './refunds.js';
import { createSettingStore, type SettingStore } from './settings.js';

/** Everything that payments keeps. */
export interface Store {
  readonly payments: PaymentStore;
  readonly payers: PayerStore;
  readonly paymentPages: PaymentPageStore;
  readonly paymentSummaries: PaymentSummaryStore;
  readonly paymentTransitions: PaymentTransitionStore;
  readonly paymentProcessing: PaymentProcessingStore;
  readonly paymentReports: PaymentReportStore;
  readonly recurringPayments: RecurringPaymentStore;
  readonly recurringPages: RecurringPageStore;
  readonly recurringProcessing: RecurringProcessingStore;
  readonly refunds: RefundStore;
  readonly refundSettlement: RefundSettlementStore;
  readonly providerEvents: ProviderEventStore;
  readonly idempotencyKeys: IdempotencyKeyStore;
  readonly settings: SettingStore;
}

/** Makes the store over a Prisma client; what changes is told to the outbox in the same transaction. */
export function createStore(prisma: PrismaClient, outbox: Outbox): Store {
  return {
    payments: createPaymentStore(prisma, outbox),
    payers: createPayerStore(prisma),
    paymentPages: createPaymentPageStore(prisma),
    paymentSummaries: createPaymentSummaryStore(prisma),
    paymentTransitions: createPaymentTransitionStore(prisma),
    paymentProcessing: createPaymentProcessingStore(prisma, outbox),
    paymentReports: createPaymentReportStore(prisma),
    recurringPayments: createRecurringPaymentStore(prisma, outbox),
    recurringPages: createRecurringPageStore(prisma),
    recurringProcessing: createRecurringProcessingStore(prisma, outbox),
    refunds: createRefundStore(prisma, outbox),
    refundSettlement: createRefundSettlementStore(prisma, outbox),
    providerEvents: createProviderEventStore(prisma, outbox),
    idempotencyKeys: createIdempotencyKeyStore(prisma),
    settings: createSettingStore(prisma),
  };
}
