import type { RecurringPaymentReason, RecurringPaymentRecord } from '../store/records.js';
import { dateOf, latestDue } from './recurrence.js';

/** Whether a payment may be made now, by who its parties are. */
export type Standing =
  | { readonly type: 'allowed' }
  /** Not now, and perhaps at the next date. */
  | { readonly type: 'paused'; readonly reason: RecurringPaymentReason }
  /** Never again. */
  | { readonly type: 'ended'; readonly reason: RecurringPaymentReason };

/** What is done about a recurring payment that is due. */
export interface RecurringStep {
  /** The occurrence that is paid; null when none is. */
  readonly paid: number | null;
  /** How many dates pass without a payment. */
  readonly missed: number;
  readonly status: 'ACTIVE' | 'PAUSED' | 'ENDED';
  readonly statusReason: RecurringPaymentReason | null;
  /** What comes next; null when it is ENDED. */
  readonly next: { readonly occurrence: number; readonly dueAt: Date } | null;
}

/**
 * Decides about a recurring payment that is due. Of all dates that have come the latest is paid and the others are
 * missed, so that nobody is charged several times at once after a time in which nothing was done. When the parties may
 * not, all of them are missed.
 *
 * @param series one that goes on, with a next date that has come
 */
export function planStep(
  series: RecurringPaymentRecord & { readonly nextOccurrence: number },
  standing: Standing,
  now: Date,
): RecurringStep {
  const latest = latestDue(series, series.nextOccurrence, now);
  const isPaid = standing.type === 'allowed';
  const passed = {
    paid: isPaid ? latest : null,
    missed: latest - series.nextOccurrence + (isPaid ? 0 : 1),
  };
  if (standing.type === 'ended') {
    return { ...passed, status: 'ENDED', statusReason: standing.reason, next: null };
  }
  const nextDate = dateOf(series, latest + 1);
  if (nextDate === null) {
    return { ...passed, status: 'ENDED', statusReason: 'ALL_MADE', next: null };
  }
  const next = { occurrence: latest + 1, dueAt: nextDate };
  return isPaid
    ? { ...passed, status: 'ACTIVE', statusReason: null, next }
    : { ...passed, status: 'PAUSED', statusReason: standing.reason, next };
}
