import type { PaymentPage } from '../domain/list-payments.js';
import type { RecurringPaymentPage } from '../domain/list-recurring-payments.js';
import type { PaymentReportRecord } from '../store/payment-reports.js';
import type {
  PaymentRecord,
  RecurringPaymentRecord,
  RefundRecord,
  SummaryRecord,
  TransitionRecord,
} from '../store/records.js';

/** What the resolvers of a GraphQL type get as their parent: `<Type>Parent`. */
export type PaymentParent = PaymentRecord;
export type PaymentConnectionParent = PaymentPage;
export type PaymentTransitionParent = TransitionRecord;
export type PaymentSummaryParent = SummaryRecord;
export type RecurringPaymentParent = RecurringPaymentRecord;
export type RecurringPaymentConnectionParent = RecurringPaymentPage;
export type RefundParent = RefundRecord;
export type PaymentReportParent = PaymentReportRecord;
export type PaymentStatusTotalParent = PaymentReportRecord['byStatus'][number];
export type PaymentTypeTotalParent = PaymentReportRecord['byType'][number];
export type PaymentDayTotalParent = PaymentReportRecord['byDay'][number];

/** A user is known here by the id alone, and by the way it was reached. */
export interface UserParent {
  readonly id: string;
  /** `party`: of a payment that the viewer may see, which is what makes the name visible. */
  readonly reachedAs: 'party' | 'reference';
}
