import { describeCause } from '@supergraph/platform/errors';
import { SYSTEM, type Doer } from '../events/tells.js';
import { ProviderUnavailableError } from '../provider/payment-provider.js';
import type { RefundRecord } from '../store/records.js';
import { postRefund } from './ledger.js';
import type { ProcessingContext } from './process-payments.js';

/** How many are claimed at a time. */
const BATCH = 8;

/**
 * Orders a refund that was set aside, and ends it by the answer. The order's key is the refund's id, so it may be
 * repeated: it is carried out once.
 *
 * @returns the refund as it is then, PENDING when the provider did not say what came of it
 */
export async function settleRefund(
  { store, provider, logger }: Pick<ProcessingContext, 'store' | 'provider' | 'logger'>,
  refund: RefundRecord,
  doer: Doer,
): Promise<RefundRecord> {
  const { id, paymentId, amount, currency, reason } = refund;
  try {
    const answer = await provider.refund({
      key: id,
      chargeKey: paymentId,
      amount,
      currency,
      description: reason,
    });
    switch (answer.type) {
      case 'succeeded':
        return await store.refundSettlement.settle(
          refund,
          {
            to: 'COMPLETED',
            providerReference: answer.reference,
            lines: postRefund(refund, refund),
          },
          doer,
        );
      case 'declined':
        return await store.refundSettlement.settle(
          refund,
          { to: 'FAILED', failureReason: answer.reason },
          doer,
        );
      case 'pending':
        return refund;
    }
  } catch (error) {
    // It was set aside, so the answer is that it is under way, whatever went wrong; the worker orders it again.
    const level = error instanceof ProviderUnavailableError ? 'warn' : 'error';
    logger[level]({ refundId: id, cause: describeCause(error) }, 'a refund was not settled yet');
    return refund;
  }
}

/**
 * Settles refunds that stayed PENDING.
 *
 * @returns how many it tried
 */
export async function settleUnsettledRefunds(context: ProcessingContext): Promise<number> {
  const until = new Date(Date.now() + context.leaseMilliseconds);
  const refunds = await context.store.refundSettlement.claimUnsettled({ limit: BATCH, until });
  await Promise.all(refunds.map((refund) => settleRefund(context, refund, SYSTEM)));
  return refunds.length;
}
