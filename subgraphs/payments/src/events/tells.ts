import type { NewEvent } from '@supergraph/platform/events';
import type { EventData } from '../generated/events.js';
import type { PaymentStatus, PaymentType } from '../store/records.js';
import type { FailureCode } from '../domain/failure-codes.js';

/** On whose behalf something was done. */
export interface Doer {
  /** Bare user id; null for the service itself. */
  readonly actor: string | null;
  readonly client?: { readonly ip: string | null; readonly userAgent: string | null };
}

/** Nobody asked: the worker, the provider, or an event of another service. */
export const SYSTEM: Doer = { actor: null };

/** What is told of a payment, as it is after the change. */
export interface ToldPayment {
  readonly id: string;
  readonly userId: string;
  readonly recipientId: string | null;
  /** A decimal number as text. */
  readonly amount: string;
  readonly currency: string;
  readonly version: number;
  /** What made it; null or absent when it was asked for on its own. */
  readonly recurringPaymentId?: string | null;
}

/** What an erasure did in one store. */
export type ErasedStore = EventData['payments.payer.erased']['stores'][number];

/** What is told of a refund. */
export interface ToldRefund {
  readonly id: string;
  /** A decimal number as text. */
  readonly amount: string;
}

/** `payments.payment.created` */
export function paymentCreated(
  payment: ToldPayment & { readonly status: PaymentStatus; readonly type: PaymentType },
  doer: Doer,
): NewEvent {
  const { status, type: paymentType, recurringPaymentId } = payment;
  const made = typeof recurringPaymentId === 'string' ? { recurringPaymentId } : {};
  const data = { ...dataOf(payment), status, paymentType, ...made };
  return tell('payments.payment.created', data, about(payment, doer));
}

/** `payments.payment.processing` */
export function paymentProcessing(payment: ToldPayment): NewEvent {
  return tell('payments.payment.processing', dataOf(payment), about(payment, SYSTEM));
}

/** `payments.payment.completed` */
export function paymentCompleted(payment: ToldPayment): NewEvent {
  return tell('payments.payment.completed', dataOf(payment), about(payment, SYSTEM));
}

/** `payments.payment.failed` */
export function paymentFailed(payment: ToldPayment, reason: FailureCode): NewEvent {
  return tell('payments.payment.failed', { ...dataOf(payment), reason }, about(payment, SYSTEM));
}

/** `payments.payment.cancelled` */
export function paymentCancelled(payment: ToldPayment, doer: Doer): NewEvent {
  return tell('payments.payment.cancelled', dataOf(payment), about(payment, doer));
}

/** `payments.refund.requested`: set aside, and counts against what may be refunded. */
export function refundRequested(payment: ToldPayment, refund: ToldRefund, doer: Doer): NewEvent {
  const data = { ...dataOf(payment), ...dataOfRefund(refund) };
  return tell('payments.refund.requested', data, about(payment, doer, refund));
}

/** `payments.payment.refunded` */
export function paymentRefunded(
  payment: ToldPayment & { readonly status: 'PARTIALLY_REFUNDED' | 'REFUNDED' },
  refund: ToldRefund,
  doer: Doer,
): NewEvent {
  const data = { ...dataOf(payment), ...dataOfRefund(refund), status: payment.status };
  return tell('payments.payment.refunded', data, about(payment, doer, refund));
}

/** `payments.refund.failed`: the provider refused it, and it counts no more. */
export function refundFailed(payment: ToldPayment, refund: ToldRefund, doer: Doer): NewEvent {
  const data = { ...dataOf(payment), ...dataOfRefund(refund) };
  return tell('payments.refund.failed', data, about(payment, doer, refund));
}

/** `payments.payer.erased` */
export function payerErased(data: EventData['payments.payer.erased']): NewEvent {
  const { userId: id } = data;
  const entities = [{ typename: 'User', id }];
  return tell('payments.payer.erased', data, { aggregate: { type: 'payer', id }, entities, ...SYSTEM });
}

/** An event whose data the type's contract gives their shape. */
export function tell<Type extends keyof EventData>(
  type: Type,
  data: EventData[Type],
  rest: Omit<NewEvent, 'type' | 'data'>,
): NewEvent {
  return { type, data: { ...data }, ...rest };
}

function dataOf({ id: paymentId, userId, recipientId, amount, currency, version }: ToldPayment) {
  return { paymentId, userId, recipientId, amount, currency, version };
}

function dataOfRefund({ id: refundId, amount: refundAmount }: ToldRefund) {
  return { refundId, refundAmount };
}

/** A cache may keep the lists and sums of both parties, so they changed as well. */
function about(
  { id, userId, recipientId, recurringPaymentId }: ToldPayment,
  doer: Doer,
  refund?: ToldRefund,
) {
  return {
    aggregate: { type: 'payment', id },
    entities: [
      { typename: 'Payment', id },
      { typename: 'User', id: userId },
      ...(recipientId === null ? [] : [{ typename: 'User', id: recipientId }]),
      ...(typeof recurringPaymentId === 'string'
        ? [{ typename: 'RecurringPayment', id: recurringPaymentId }]
        : []),
      ...(refund === undefined ? [] : [{ typename: 'Refund', id: refund.id }]),
    ],
    ...doer,
  };
}
