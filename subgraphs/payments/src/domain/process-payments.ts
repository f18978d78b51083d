import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import {
  ProviderUnavailableError,
  type PaymentProvider,
  type ProviderAnswer,
} from '../provider/payment-provider.js';
import type { Store } from '../store/index.js';
import type { Settlement } from '../store/payment-processing.js';
import type { PaymentRecord } from '../store/records.js';
import { postPayment } from './ledger.js';

/** What the work in the background is done with: nobody asks, so nobody is the viewer. */
export interface ProcessingContext {
  readonly store: Store;
  readonly provider: PaymentProvider;
  readonly logger: Logger;
  /** How long an order is left to who handed it over before somebody else asks what became of it, in milliseconds. */
  readonly leaseMilliseconds: number;
}

/** How many are claimed at a time: few enough that they are settled well within the lease. */
const BATCH = 8;

/**
 * Hands over payments that are due. Each is PROCESSING, and that is committed, before the provider hears of it: a
 * crash at any moment leaves one that {@link settleUnsettled} finds.
 *
 * @returns how many
 */
export async function handOverDue(context: ProcessingContext): Promise<number> {
  const payments = await context.store.paymentProcessing.claimDue(claim(context));
  await settleAll(context, payments, (payment) => context.provider.charge(toOrder(payment)));
  return payments.length;
}

/**
 * Asks the provider, by their keys, what became of payments that stayed PROCESSING. One of which the provider never
 * heard is handed over under the same key, under which it is carried out once.
 *
 * @returns how many
 */
export async function settleUnsettled(context: ProcessingContext): Promise<number> {
  const { store, provider } = context;
  const payments = await store.paymentProcessing.claimUnsettled(claim(context));
  await settleAll(context, payments, async (payment) => {
    const found = await provider.find(payment.id);
    return found.type === 'unknown' ? provider.charge(toOrder(payment)) : found;
  });
  return payments.length;
}

/** How a payment ends by the provider's answer; undefined when that is not known yet. */
export function settlementOf(payment: PaymentRecord, answer: ProviderAnswer): Settlement | undefined {
  switch (answer.type) {
    case 'succeeded':
      return { to: 'COMPLETED', providerReference: answer.reference, lines: postPayment(payment, payment) };
    case 'declined':
      return { to: 'FAILED', failureReason: answer.reason };
    case 'pending':
      return undefined;
  }
}

async function settleAll(
  { store, logger }: ProcessingContext,
  payments: ReadonlyArray<PaymentRecord>,
  ask: (payment: PaymentRecord) => Promise<ProviderAnswer>,
): Promise<void> {
  await Promise.all(
    payments.map(async (payment) => {
      try {
        const settlement = settlementOf(payment, await ask(payment));
        if (settlement !== undefined) {
          await store.paymentProcessing.settle(payment.id, settlement);
        }
      } catch (error) {
        // It stays PROCESSING and is asked about when the lease is over; its neighbours go on.
        const level = error instanceof ProviderUnavailableError ? 'warn' : 'error';
        logger[level](
          { paymentId: payment.id, cause: describeCause(error) },
          'a payment was not settled yet',
        );
      }
    }),
  );
}

function claim({ leaseMilliseconds }: ProcessingContext) {
  return { limit: BATCH, until: new Date(Date.now() + leaseMilliseconds) };
}

function toOrder({ id, amount, currency, description }: PaymentRecord) {
  return { key: id, amount, currency, description };
}
