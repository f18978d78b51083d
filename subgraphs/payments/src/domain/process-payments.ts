import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import {
  ProviderUnavailableError,
  type PaymentProvider,
  type ProviderAnswer,
} from '../provider/payment-provider.js';
import type { UserDirectory } from '../clients/user-directory.js';
import type { Store } from '../store/index.js';
import type { Settlement } from '../store/payment-processing.js';
import type { PaymentRecord } from '../store/records.js';
import type { FailureCode } from './failure-codes.js';
import { postPayment } from './ledger.js';
import { findPayers } from './payers.js';

/** What the work in the background is done with: nobody asks, so nobody is the viewer. */
export interface ProcessingContext {
  readonly store: Store;
  readonly provider: PaymentProvider;
  /** What auth knows of users, for those whom the replica lacks. */
  readonly users: UserDirectory;
  readonly logger: Logger;
  /** How long an order is left to who handed it over before somebody else asks what became of it, in milliseconds. */
  readonly leaseMilliseconds: number;
}

/** How many are claimed at a time: few enough that they are settled well within the lease. */
const BATCH = 8;

/**
 * Hands over payments that are due. Each is PROCESSING, and that is committed, before the provider hears of it: a
 * crash at any moment leaves one that {@link settleUnsettled} finds. Who may not pay any more by now does not: the
 * payment FAILED, and the provider never hears of it.
 *
 * @returns how many
 */
export async function handOverDue(context: ProcessingContext): Promise<number> {
  const payments = await context.store.paymentProcessing.claimDue(claim(context));
  await settleAll(context, payments, (payment) => chargeIfAllowed(context, payment));
  return payments.length;
}

/**
 * Hands over one payment at once, whether it is due or not.
 *
 * @returns whether it was PENDING
 */
export async function handOverNow(context: ProcessingContext, id: string): Promise<boolean> {
  const payments = await context.store.paymentProcessing.claimNow(id, claim(context).until);
  await settleAll(context, payments, (payment) => chargeIfAllowed(context, payment));
  return payments.length > 0;
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
    return found.type === 'unknown' ? chargeIfAllowed(context, payment) : found;
  });
  return payments.length;
}

/** How a payment ends by the provider's answer; undefined when that is not known yet. */
export function settlementOf(
  payment: PaymentRecord,
  answer: ProviderAnswer | Refused,
): Settlement | undefined {
  switch (answer.type) {
    case 'succeeded':
      return { to: 'COMPLETED', providerReference: answer.reference, lines: postPayment(payment, payment) };
    case 'declined':
      return { to: 'FAILED', code: 'PROVIDER_DECLINED', words: answer.reason };
    case 'refused':
      return { to: 'FAILED', code: answer.code, words: null };
    case 'pending':
      return undefined;
  }
}

/** The payment was not handed over. */
interface Refused {
  readonly type: 'refused';
  readonly code: FailureCode;
}

/** With auth away, a payer whom the replica lacks is asked about again when the lease is over. */
async function chargeIfAllowed(
  context: ProcessingContext,
  payment: PaymentRecord,
): Promise<ProviderAnswer | Refused> {
  const payer = (await findPayers(context, [payment.userId])).get(payment.userId);
  if (payer?.status !== 'ACTIVE') {
    return { type: 'refused', code: payer?.status === 'SUSPENDED' ? 'PAYER_SUSPENDED' : 'PAYER_UNKNOWN' };
  }
  return context.provider.charge(toOrder(payment));
}

async function settleAll(
  { store, logger }: ProcessingContext,
  payments: ReadonlyArray<PaymentRecord>,
  ask: (payment: PaymentRecord) => Promise<ProviderAnswer | Refused>,
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

/** What one round claims of one kind. */
export function claim({ leaseMilliseconds }: ProcessingContext) {
  return { limit: BATCH, until: new Date(Date.now() + leaseMilliseconds) };
}

function toOrder({ id, amount, currency, description }: PaymentRecord) {
  return { key: id, amount, currency, description };
}
