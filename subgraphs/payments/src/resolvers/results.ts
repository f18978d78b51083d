import type { InvalidInput } from '@supergraph/platform/validation';
import { formatMoney } from '../domain/money.js';
import type {
  CurrencyNotAccepted,
  DailyLimitReached,
  IdempotencyConflict,
  IllegalTransition,
  PartyRefused,
  PayerCheckUnavailable,
  PaymentGiven,
  PaymentNotFound,
  PaymentsDisabled,
  RecurringPaymentEnded,
  RecurringPaymentGiven,
  RecurringPaymentNotFound,
  RefundExceeds,
  RefundGiven,
  RefundNotAllowed,
} from '../domain/outcomes.js';
import type { PaymentReportRecord } from '../store/payment-reports.js';

type Outcome =
  | PaymentGiven
  | PaymentsDisabled
  | CurrencyNotAccepted
  | DailyLimitReached
  | PartyRefused
  | PayerCheckUnavailable
  | IdempotencyConflict
  | PaymentNotFound
  | IllegalTransition
  | RecurringPaymentGiven
  | RecurringPaymentNotFound
  | RecurringPaymentEnded
  | RefundGiven
  | RefundNotAllowed
  | RefundExceeds
  | { readonly type: 'report'; readonly report: PaymentReportRecord }
  | InvalidInput;

/** Gives a domain outcome its GraphQL shape: the success, or the problem with its code and words. */
export function toResult<Given extends Outcome>(outcome: Given): ResultOf<Given> {
  return shape(outcome) as ResultOf<Given>;
}

type Shaped = ReturnType<typeof shape>;
type TypenameOf = {
  payment: 'Payment';
  paymentsDisabled: 'PaymentsDisabledProblem';
  currencyNotAccepted: 'CurrencyNotAcceptedProblem';
  dailyLimitReached: 'DailyLimitReachedProblem';
  partyRefused: 'PartyRefusedProblem';
  payerCheckUnavailable: 'PayerCheckUnavailableProblem';
  idempotencyConflict: 'IdempotencyConflictProblem';
  paymentNotFound: 'PaymentNotFoundProblem';
  illegalTransition: 'IllegalTransitionProblem';
  recurringPayment: 'RecurringPayment';
  recurringPaymentNotFound: 'RecurringPaymentNotFoundProblem';
  recurringPaymentEnded: 'RecurringPaymentEndedProblem';
  refund: 'Refund';
  refundNotAllowed: 'RefundNotAllowedProblem';
  refundExceeds: 'RefundExceedsProblem';
  report: 'PaymentReport';
  invalidInput: 'InvalidInputProblem';
};
type ResultOf<Given extends Outcome> = Extract<Shaped, { __typename: TypenameOf[Given['type']] }>;

function shape(outcome: Outcome) {
  switch (outcome.type) {
    case 'payment':
      return { __typename: 'Payment' as const, ...outcome.payment };
    case 'paymentsDisabled':
      return {
        __typename: 'PaymentsDisabledProblem' as const,
        code: 'PAYMENTS_DISABLED',
        message: 'No new payments are taken just now; nothing was made, try again later.',
      };
    case 'currencyNotAccepted':
      return {
        __typename: 'CurrencyNotAcceptedProblem' as const,
        code: 'CURRENCY_NOT_ACCEPTED',
        message:
          outcome.accepted.length === 0
            ? 'No currency is accepted just now; try again later.'
            : `This currency is not accepted; pay in one of ${outcome.accepted.join(', ')}.`,
        accepted: outcome.accepted,
      };
    case 'dailyLimitReached': {
      const { limit, remaining } = outcome;
      return {
        __typename: 'DailyLimitReachedProblem' as const,
        code: 'DAILY_LIMIT_REACHED',
        message: `Of ${limit.amount} ${limit.currency} a day you can still pay ${remaining.amount} ${remaining.currency}; pay no more, or wait until midnight UTC.`,
        limit,
        remaining,
      };
    }
    case 'partyRefused':
      return {
        __typename: 'PartyRefusedProblem' as const,
        code: outcome.party === 'payer' ? 'PAYER_REFUSED' : 'RECIPIENT_REFUSED',
        message:
          outcome.party === 'payer'
            ? 'Your account cannot pay; ask the support.'
            : 'The recipient cannot be paid; check the id or choose another.',
      };
    case 'payerCheckUnavailable':
      return {
        __typename: 'PayerCheckUnavailableProblem' as const,
        code: 'PAYER_CHECK_UNAVAILABLE',
        message: 'Whether you may pay could not be found out just now; nothing was made, try again shortly.',
      };
    case 'idempotencyConflict':
      return {
        __typename: 'IdempotencyConflictProblem' as const,
        code: 'IDEMPOTENCY_CONFLICT',
        message:
          'You used this idempotency key before for another request; choose a new key for a new payment.',
      };
    case 'paymentNotFound':
      return {
        __typename: 'PaymentNotFoundProblem' as const,
        code: 'PAYMENT_NOT_FOUND',
        message: 'There is no such payment, or it is not yours; check the id.',
      };
    case 'illegalTransition':
      return {
        __typename: 'IllegalTransitionProblem' as const,
        code: 'ILLEGAL_TRANSITION',
        message: `A payment that is ${outcome.from} cannot become ${outcome.to}.`,
        from: outcome.from,
        to: outcome.to,
      };
    case 'recurringPayment':
      return { __typename: 'RecurringPayment' as const, ...outcome.recurringPayment };
    case 'recurringPaymentNotFound':
      return {
        __typename: 'RecurringPaymentNotFoundProblem' as const,
        code: 'RECURRING_PAYMENT_NOT_FOUND',
        message: 'There is no such recurring payment, or it is not yours; check the id.',
      };
    case 'recurringPaymentEnded':
      return {
        __typename: 'RecurringPaymentEndedProblem' as const,
        code: 'RECURRING_PAYMENT_ENDED',
        message: 'This recurring payment came to its end before; there is nothing to call off.',
        reason: outcome.reason,
      };
    case 'refund':
      return { __typename: 'Refund' as const, ...outcome.refund };
    case 'refundNotAllowed':
      return {
        __typename: 'RefundNotAllowedProblem' as const,
        code: 'REFUND_NOT_ALLOWED',
        message: 'Only the vendor who was paid can pay it back; ask them.',
      };
    case 'refundExceeds': {
      const remaining = formatMoney(outcome.remaining);
      return {
        __typename: 'RefundExceedsProblem' as const,
        code: 'REFUND_EXCEEDS',
        message: `Of this payment ${remaining.amount} ${remaining.currency} can still be refunded; ask for no more.`,
        remaining,
      };
    }
    case 'report':
      return { __typename: 'PaymentReport' as const, ...outcome.report };
    case 'invalidInput':
      return {
        __typename: 'InvalidInputProblem' as const,
        code: 'INVALID_INPUT',
        message: 'Something in the input breaks a rule; nothing was changed.',
        fields: outcome.fields,
      };
  }
}
