import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RecurringPaymentRecord } from '../store/records.js';
import { dateOf, dueAt, latestDue, type Recurrence } from './recurrence.js';
import { planStep } from './recurring-step.js';

const recurrence = (changes: Partial<Recurrence> = {}): Recurrence => ({
  unit: 'MONTH',
  every: 1,
  firstDueAt: new Date('2027-01-31T09:30:00Z'),
  occurrences: null,
  endsAt: null,
  ...changes,
});
const days = (of: Recurrence, ...occurrences: number[]): string[] =>
  occurrences.map((occurrence) => dueAt(of, occurrence).toISOString().slice(0, 10));

describe('dueAt', () => {
  it('counts months from the first date, so that the 31st comes back', () => {
    expect(days(recurrence(), 1, 2, 3, 4, 14)).toEqual([
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
      '2027-04-30',
      '2028-02-29',
    ]);
    expect(dueAt(recurrence(), 2).toISOString()).toBe('2027-02-28T09:30:00.000Z');
  });

  it('counts days, weeks and years', () => {
    expect(days(recurrence({ unit: 'DAY', every: 3 }), 2)).toEqual(['2027-02-03']);
    expect(days(recurrence({ unit: 'WEEK', every: 2 }), 2)).toEqual(['2027-02-14']);
    const leap = recurrence({ unit: 'YEAR', firstDueAt: new Date('2028-02-29T00:00:00Z') });
    expect(days(leap, 2, 5)).toEqual(['2029-02-28', '2032-02-29']);
  });
});

describe('dateOf', () => {
  it('has so many dates as were asked for', () => {
    expect([1, 2, 3].map((n) => dateOf(recurrence({ occurrences: 2 }), n) !== null)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('has none later than its end, and one that is the end', () => {
    const endsAt = new Date('2027-02-28T09:30:00Z');
    expect([1, 2, 3].map((n) => dateOf(recurrence({ endsAt }), n) !== null)).toEqual([true, true, false]);
  });
});

describe('latestDue', () => {
  it('is what counting one by one gives', () => {
    const any = fc.record({
      unit: fc.constantFrom('DAY' as const, 'WEEK' as const, 'MONTH' as const, 'YEAR' as const),
      every: fc.integer({ min: 1, max: 40 }),
      firstDueAt: fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      occurrences: fc.option(fc.integer({ min: 1, max: 30 })),
      endsAt: fc.constant(null),
    });
    fc.assert(
      fc.property(any, fc.nat({ max: 5 }), fc.nat({ max: 900 }), (of, skipped, elapsedDays) => {
        const from = Math.min(skipped + 1, of.occurrences ?? Infinity);
        const now = new Date(dueAt(of, from).getTime() + elapsedDays * 86_400_000);
        let expected = from;
        for (let date = dateOf(of, from + 1); date !== null && date <= now; date = dateOf(of, expected + 1)) {
          expected += 1;
        }
        expect(latestDue(of, from, now)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('planStep', () => {
  const series = (changes: Partial<Recurrence> = {}) =>
    ({ ...recurrence(changes), nextOccurrence: 2 }) as unknown as RecurringPaymentRecord & {
      readonly nextOccurrence: number;
    };
  const after = new Date('2027-04-30T10:00:00Z');

  it('pays the latest date that came and misses the others', () => {
    expect(planStep(series(), { type: 'allowed' }, after)).toEqual({
      paid: 4,
      missed: 2,
      status: 'ACTIVE',
      statusReason: null,
      next: { occurrence: 5, dueAt: new Date('2027-05-31T09:30:00Z') },
    });
  });

  it('pays the last date however late, and ends', () => {
    expect(planStep(series({ occurrences: 3 }), { type: 'allowed' }, after)).toEqual({
      paid: 3,
      missed: 1,
      status: 'ENDED',
      statusReason: 'ALL_MADE',
      next: null,
    });
  });

  it('misses all that came while a party may not, and goes on', () => {
    expect(planStep(series(), { type: 'paused', reason: 'PAYER_SUSPENDED' }, after)).toMatchObject({
      paid: null,
      missed: 3,
      status: 'PAUSED',
      statusReason: 'PAYER_SUSPENDED',
      next: { occurrence: 5 },
    });
  });

  it('ends for good when a party is not there any more', () => {
    expect(planStep(series(), { type: 'ended', reason: 'PAYER_UNKNOWN' }, after)).toMatchObject({
      paid: null,
      status: 'ENDED',
      statusReason: 'PAYER_UNKNOWN',
      next: null,
    });
  });
});
