import type { PrismaClient } from '../generated/prisma/client.js';
import { createIdempotencyKeyStore, type IdempotencyKeyStore } from './idempotency-keys.js';
import { createPaymentPageStore, type PaymentPageStore } from './payment-pages.js';
import { createPaymentSummaryStore, type PaymentSummaryStore } from './payment-summaries.js';
import { createPaymentTransitionStore, type PaymentTransitionStore } from './payment-transitions.js';
import { createPaymentStore, type PaymentStore } from './payments.js';

/** Everything that payments keeps. */
export interface Store {
  readonly payments: PaymentStore;
  readonly paymentPages: PaymentPageStore;
  readonly paymentSummaries: PaymentSummaryStore;
  readonly paymentTransitions: PaymentTransitionStore;
  readonly idempotencyKeys: IdempotencyKeyStore;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient): Store {
  return {
    payments: createPaymentStore(prisma),
    paymentPages: createPaymentPageStore(prisma),
    paymentSummaries: createPaymentSummaryStore(prisma),
    paymentTransitions: createPaymentTransitionStore(prisma),
    idempotencyKeys: createIdempotencyKeyStore(prisma),
  };
}
