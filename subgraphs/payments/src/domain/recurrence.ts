import type { RecurrenceUnit } from '../store/records.js';

/** When a recurring payment is made. */
export interface Recurrence {
  readonly unit: RecurrenceUnit;
  /** How many units lie between two dates, 1 or more. */
  readonly every: number;
  /** The anchor: every date is counted from it, and none from the one before. */
  readonly firstDueAt: Date;
  /** How many dates there are; null when they are not counted. */
  readonly occurrences: number | null;
  /** No date is later; null when none is too late. */
  readonly endsAt: Date | null;
}

const DAY_MILLISECONDS = 86_400_000;
/** The shortest that a unit ever is, in milliseconds: by it no date is counted short. */
const SHORTEST: Readonly<Record<RecurrenceUnit, number>> = {
  DAY: DAY_MILLISECONDS,
  WEEK: 7 * DAY_MILLISECONDS,
  MONTH: 28 * DAY_MILLISECONDS,
  YEAR: 365 * DAY_MILLISECONDS,
};
/** After so many failures in a row nobody is charged any more. */
const MAXIMUM_FAILURES = 3;

/**
 * The date of an occurrence, counted in UTC from the anchor: 31 January, 28 February, 31 March. The same as
 * PostgreSQL's `anchor + n * interval`, which a test compares it with.
 *
 * @param occurrence counted from 1, whether the recurrence still has it or not
 */
export function dueAt({ unit, every, firstDueAt }: Recurrence, occurrence: number): Date {
  const count = (occurrence - 1) * every;
  switch (unit) {
    case 'DAY':
    case 'WEEK':
      return new Date(firstDueAt.getTime() + count * SHORTEST[unit]);
    case 'MONTH':
      return addMonths(firstDueAt, count);
    case 'YEAR':
      return addMonths(firstDueAt, count * 12);
  }
}

/** The date of an occurrence; null when the recurrence does not have it any more. */
export function dateOf(recurrence: Recurrence, occurrence: number): Date | null {
  if (recurrence.occurrences !== null && occurrence > recurrence.occurrences) {
    return null;
  }
  const date = dueAt(recurrence, occurrence);
  return recurrence.endsAt !== null && date > recurrence.endsAt ? null : date;
}

/**
 * The latest occurrence whose date has come.
 *
 * @param from an occurrence that the recurrence has and whose date has come
 */
export function latestDue(recurrence: Recurrence, from: number, now: Date): number {
  const elapsed = now.getTime() - dueAt(recurrence, from).getTime();
  const isDue = (occurrence: number): boolean => {
    const date = dateOf(recurrence, occurrence);
    return date !== null && date <= now;
  };
  // Between the one that is due and one that is not, however many lie between them.
  let due = from;
  let notDue = from + Math.max(0, Math.floor(elapsed / (SHORTEST[recurrence.unit] * recurrence.every))) + 1;
  while (notDue - due > 1) {
    const middle = Math.floor((due + notDue) / 2);
    [due, notDue] = isDue(middle) ? [middle, notDue] : [due, middle];
  }
  return due;
}

/** Tells whether a recurring payment ends after so many payments that FAILED in a row. */
export function isGivenUp(failuresInRow: number): boolean {
  return failuresInRow >= MAXIMUM_FAILURES;
}

/** In a month that is too short it is the last day. */
function addMonths(anchor: Date, months: number): Date {
  const date = new Date(anchor);
  date.setUTCDate(1);
  date.setUTCMonth(anchor.getUTCMonth() + months);
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(anchor.getUTCDate(), length));
  return date;
}
