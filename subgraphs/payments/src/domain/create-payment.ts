import { requireUser } from '@supergraph/platform/identity';
import type { InvalidInput } from '@supergraph/platform/validation';
import { v7 as uuidv7 } from 'uuid';
import type { CarriedOut } from '../store/idempotency-keys.js';
import { checkParties } from './check-parties.js';
import { doerOf, type DomainContext } from './context.js';
import { dailyLimitOf } from './daily-limit.js';
import type {
  CurrencyNotAccepted,
  DailyLimitReached,
  IdempotencyConflict,
  PartyRefused,
  PayerCheckUnavailable,
  PaymentGiven,
  PaymentsDisabled,
} from './outcomes.js';
import {
  findScheduleMistake,
  hashPaymentRequest,
  parsePaymentRequest,
  type PaymentInput,
  type PaymentRequest,
} from './payment-request.js';
import { refuseBySettings, toPaymentSettings } from './payment-settings.js';

/**
 * Makes a payment in the viewer's name. The same key with the same request gives the payment that the first one
 * made, even when auth is away or the payer was suspended since.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function createPayment(
  context: DomainContext,
  input: PaymentInput,
): Promise<
  | PaymentGiven
  | PaymentsDisabled
  | CurrencyNotAccepted
  | DailyLimitReached
  | PartyRefused
  | PayerCheckUnavailable
  | IdempotencyConflict
  | InvalidInput
> {
  const { userId } = requireUser(context.viewer);
  const checked = parsePaymentRequest(input, userId);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const request = checked.value;
  const requestHash = hashPaymentRequest(request);
  const before = await context.store.idempotencyKeys.find(userId, request.idempotencyKey);
  if (before !== null) {
    return answerAgain(before, requestHash);
  }
  const now = new Date();
  const settings = toPaymentSettings(await context.store.settings.read());
  const refusal =
    findScheduleMistake(request, now) ??
    refuseBySettings(settings, request.money.currency) ??
    (await checkParties(context, { userId, recipientId: request.recipientId }));
  if (refusal !== undefined) {
    return refusal;
  }
  const { money, ...rest } = request;
  const made = await context.store.payments.add(
    {
      ...rest,
      ...money,
      id: uuidv7(),
      userId,
      requestHash,
      processAfter: handOverTime(request, context.processingDelayMilliseconds),
    },
    doerOf(context),
    settings.dailyLimit === null ? null : dailyLimitOf(settings.dailyLimit, now),
  );
  switch (made.type) {
    case 'added':
      return { type: 'payment', payment: made.payment };
    case 'erased':
      return { type: 'partyRefused', party: made.party };
    case 'refused':
    case 'keyTaken':
  }
  // The limit or the unique index decided for another request of the same moment, which has committed by now.
  const winner = await context.store.idempotencyKeys.find(userId, request.idempotencyKey);
  if (winner === null && made.type === 'refused') {
    return made.refusal;
  }
  if (winner === null) {
    throw new Error('an idempotency key is taken by a payment that has none');
  }
  return answerAgain(winner, requestHash);
}

/** When the payment is due, and never so soon that it could not be called off. */
function handOverTime({ scheduledFor }: PaymentRequest, delayMilliseconds: number): Date {
  return new Date(Math.max(scheduledFor?.getTime() ?? 0, Date.now() + delayMilliseconds));
}

function answerAgain(before: CarriedOut, requestHash: string): PaymentGiven | IdempotencyConflict {
  return before.requestHash === requestHash
    ? { type: 'payment', payment: before.payment }
    : { type: 'idempotencyConflict' };
}
