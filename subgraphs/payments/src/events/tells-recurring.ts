import type { NewEvent } from '@supergraph/platform/events';
import type { EventData } from '../generated/events.js';
import type { RecurringPaymentReason, RecurringPaymentRecord } from '../store/records.js';
import { SYSTEM, tell, type Doer } from './tells.js';

/** `payments.recurring_payment.created` */
export function recurringPaymentCreated(recurring: RecurringPaymentRecord, doer: Doer): NewEvent {
  const { unit, every } = recurring;
  const data = { ...dataOf(recurring), unit, every };
  return tell('payments.recurring_payment.created', data, about(recurring, doer));
}

/** `payments.recurring_payment.cancelled` */
export function recurringPaymentCancelled(recurring: RecurringPaymentRecord, doer: Doer): NewEvent {
  return tell('payments.recurring_payment.cancelled', dataOf(recurring), about(recurring, doer));
}

/** `payments.recurring_payment.ended` */
export function recurringPaymentEnded(
  recurring: RecurringPaymentRecord,
  reason: RecurringPaymentReason,
): NewEvent {
  const data = { ...dataOf(recurring), reason };
  return tell('payments.recurring_payment.ended', data, about(recurring, SYSTEM));
}

/**
 * What a step of the worker tells beside the payment that it made: that it `ended`, was `paused`, was `resumed` or
 * `missed` dates.
 *
 * @returns undefined when the payment says it all
 */
export function recurringPaymentChanged(
  before: RecurringPaymentRecord,
  after: RecurringPaymentRecord,
): NewEvent | undefined {
  const { status, statusReason } = after;
  if (status === 'ENDED' && statusReason !== null) {
    return recurringPaymentEnded(after, statusReason);
  }
  const data = dataOf(after);
  if (status === 'PAUSED' && statusReason !== null && before.statusReason !== statusReason) {
    const paused = { ...data, reason: statusReason };
    return tell('payments.recurring_payment.paused', paused, about(after, SYSTEM));
  }
  if (status === 'ACTIVE' && before.status === 'PAUSED') {
    return tell('payments.recurring_payment.resumed', data, about(after, SYSTEM));
  }
  return after.missedCount > before.missedCount
    ? tell('payments.recurring_payment.missed', data, about(after, SYSTEM))
    : undefined;
}

/** What every event of it has: who, how much, how far. */
function dataOf(recurring: RecurringPaymentRecord): EventData['payments.recurring_payment.cancelled'] {
  const { id: recurringPaymentId, userId, recipientId, amount, currency, madeCount, missedCount } = recurring;
  const { version } = recurring;
  return { recurringPaymentId, userId, recipientId, amount, currency, madeCount, missedCount, version };
}

function about({ id, userId, recipientId }: RecurringPaymentRecord, doer: Doer) {
  return {
    aggregate: { type: 'recurring_payment', id },
    entities: [
      { typename: 'RecurringPayment', id },
      { typename: 'User', id: userId },
      ...(recipientId === null ? [] : [{ typename: 'User', id: recipientId }]),
    ],
    ...doer,
  };
}
