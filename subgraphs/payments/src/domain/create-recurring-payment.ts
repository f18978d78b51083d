import { requireUser } from '@supergraph/platform/identity';
import type { InvalidInput } from '@supergraph/platform/validation';
import { v7 as uuidv7 } from 'uuid';
import { checkParties } from './check-parties.js';
import { doerOf, type DomainContext } from './context.js';
import { dailyLimitOf } from './daily-limit.js';
import type { Money } from './money.js';
import type {
  CurrencyNotAccepted,
  DailyLimitReached,
  IdempotencyConflict,
  PartyRefused,
  PayerCheckUnavailable,
  PaymentsDisabled,
  RecurringPaymentGiven,
} from './outcomes.js';
import { refuseBySettings, toPaymentSettings } from './payment-settings.js';
import {
  findRecurrenceMistake,
  hashRecurringPaymentRequest,
  parseRecurringPaymentRequest,
  type RecurringPaymentInput,
} from './recurring-payment-request.js';

/**
 * Makes a recurring payment in the viewer's name; its payments come when they are due. The same key with the same
 * request gives the recurring payment that the first one made.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function createRecurringPayment(
  context: DomainContext,
  input: RecurringPaymentInput,
): Promise<
  | RecurringPaymentGiven
  | PaymentsDisabled
  | CurrencyNotAccepted
  | DailyLimitReached
  | PartyRefused
  | PayerCheckUnavailable
  | IdempotencyConflict
  | InvalidInput
> {
  const { userId } = requireUser(context.viewer);
  const checked = parseRecurringPaymentRequest(input, userId);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const request = checked.value;
  const requestHash = hashRecurringPaymentRequest(request);
  const before = await findBefore(context, userId, request.idempotencyKey, requestHash);
  if (before !== undefined) {
    return before;
  }
  const now = new Date();
  const { money, recurrence, ...rest } = request;
  const settings = toPaymentSettings(await context.store.settings.read());
  const refusal =
    findRecurrenceMistake(request, now) ??
    refuseBySettings(settings, money.currency) ??
    refuseMoreThanADay(settings.dailyLimit, money, now) ??
    (await checkParties(context, { userId, recipientId: rest.recipientId }));
  if (refusal !== undefined) {
    return refusal;
  }
  const firstDueAt = recurrence.firstDueAt ?? now;
  const made = await context.store.recurringPayments.add(
    {
      ...rest,
      ...money,
      ...recurrence,
      id: uuidv7(),
      userId,
      firstDueAt,
      requestHash,
      // Never so soon that it could not be called off.
      processAfter: new Date(
        Math.max(firstDueAt.getTime(), now.getTime() + context.processingDelayMilliseconds),
      ),
    },
    doerOf(context),
  );
  switch (made.type) {
    case 'added':
      return { type: 'recurringPayment', recurringPayment: made.recurringPayment };
    case 'erased':
      return { type: 'partyRefused', party: made.party };
    case 'keyTaken':
  }
  // The unique index decided for another request of the same moment, which has committed by now.
  const winner = await findBefore(context, userId, request.idempotencyKey, requestHash);
  if (winner === undefined) {
    throw new Error('an idempotency key is taken by a recurring payment that is not there');
  }
  return winner;
}

/** One payment that a whole day's limit does not cover could never be agreed to. */
function refuseMoreThanADay(units: number | null, money: Money, now: Date): DailyLimitReached | undefined {
  return units === null ? undefined : dailyLimitOf(units, now).refuse(money, '0');
}

async function findBefore(
  { store }: DomainContext,
  userId: string,
  key: string,
  requestHash: string,
): Promise<RecurringPaymentGiven | IdempotencyConflict | undefined> {
  const before = await store.recurringPayments.findByKey(userId, key);
  if (before === null) {
    return undefined;
  }
  return before.requestHash === requestHash
    ? { type: 'recurringPayment', recurringPayment: before.recurringPayment }
    : { type: 'idempotencyConflict' };
}
