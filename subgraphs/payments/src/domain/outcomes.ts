import type {
  PaymentRecord,
  PaymentStatus,
  RecurringPaymentReason,
  RecurringPaymentRecord,
  RefundRecord,
} from '../store/records.js';
import type { Money } from './money.js';

/** The payment was made or changed, or had been by the same request before. */
export interface PaymentGiven {
  readonly type: 'payment';
  readonly payment: PaymentRecord;
}

/** Who pays or who is paid is unknown, suspended or erased. */
export interface PartyRefused {
  readonly type: 'partyRefused';
  readonly party: 'payer' | 'recipient';
}

/** auth could not be asked; nothing was written. */
export interface PayerCheckUnavailable {
  readonly type: 'payerCheckUnavailable';
}

/** The payer used this key before, for another request. */
export interface IdempotencyConflict {
  readonly type: 'idempotencyConflict';
}

/** An administrator has stopped new payments. */
export interface PaymentsDisabled {
  readonly type: 'paymentsDisabled';
}

/** An administrator takes other currencies only. */
export interface CurrencyNotAccepted {
  readonly type: 'currencyNotAccepted';
  /** Codes of ISO 4217. */
  readonly accepted: ReadonlyArray<string>;
}

/** More than the payer may still pay today. */
export interface DailyLimitReached {
  readonly type: 'dailyLimitReached';
  readonly limit: Money;
  readonly remaining: Money;
}

/** No such payment, or none of the viewer's. */
export interface PaymentNotFound {
  readonly type: 'paymentNotFound';
}

/** The table of transitions has no such way. */
export interface IllegalTransition {
  readonly type: 'illegalTransition';
  readonly from: PaymentStatus;
  readonly to: PaymentStatus;
}

/** The recurring payment was made or called off, or had been before. */
export interface RecurringPaymentGiven {
  readonly type: 'recurringPayment';
  readonly recurringPayment: RecurringPaymentRecord;
}

/** No such recurring payment, or none of the viewer's. */
export interface RecurringPaymentNotFound {
  readonly type: 'recurringPaymentNotFound';
}

/** It came to its end before. */
export interface RecurringPaymentEnded {
  readonly type: 'recurringPaymentEnded';
  readonly reason: RecurringPaymentReason;
}

/** The refund was made, or had been by the same request before. */
export interface RefundGiven {
  readonly type: 'refund';
  readonly refund: RefundRecord;
}

/** The viewer may see the payment but not pay it back. */
export interface RefundNotAllowed {
  readonly type: 'refundNotAllowed';
}

/** More than is left. */
export interface RefundExceeds {
  readonly type: 'refundExceeds';
  readonly remaining: Money;
}
