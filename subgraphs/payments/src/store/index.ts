import type { PrismaClient } from '../generated/prisma/client.js';
import { createIdempotencyKeyStore, type IdempotencyKeyStore } from './idempotency-keys.js';
import { createPaymentPageStore, type PaymentPageStore } from './payment-pages.js';
import { createPaymentProcessingStore, type PaymentProcessingStore } from './payment-processing.js';
import { createPaymentReportStore, type PaymentReportStore } from './payment-reports.js';
import { createPaymentSummaryStore, type PaymentSummaryStore } from './payment-summaries.js';
import { createPaymentTransitionStore, type PaymentTransitionStore } from './payment-transitions.js';
import { createPaymentStore, type PaymentStore } from './payments.js';
import { createProviderEventStore, type ProviderEventStore } from './provider-events.js';
import { createRefundSettlementStore, type RefundSettlementStore } from './refund-settlement.js';
import { createRefundStore, type RefundStore } from './refunds.js';

/** Everything that payments keeps. */
export interface Store {
  readonly payments: PaymentStore;
  readonly paymentPages: PaymentPageStore;
  readonly paymentSummaries: PaymentSummaryStore;
  readonly paymentTransitions: PaymentTransitionStore;
  readonly paymentProcessing: PaymentProcessingStore;
  readonly paymentReports: PaymentReportStore;
  readonly refunds: RefundStore;
  readonly refundSettlement: RefundSettlementStore;
  readonly providerEvents: ProviderEventStore;
  readonly idempotencyKeys: IdempotencyKeyStore;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient): Store {
  return {
    payments: createPaymentStore(prisma),
    paymentPages: createPaymentPageStore(prisma),
    paymentSummaries: createPaymentSummaryStore(prisma),
    paymentTransitions: createPaymentTransitionStore(prisma),
    paymentProcessing: createPaymentProcessingStore(prisma),
    paymentReports: createPaymentReportStore(prisma),
    refunds: createRefundStore(prisma),
    refundSettlement: createRefundSettlementStore(prisma),
    providerEvents: createProviderEventStore(prisma),
    idempotencyKeys: createIdempotencyKeyStore(prisma),
  };
}
