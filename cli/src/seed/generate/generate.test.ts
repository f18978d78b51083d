import { describe, expect, it } from '@jest/globals';
import { membershipOf, roleOf, userIdOf, vendorAt, vendorsAmong } from './members.js';
import { paymentAt, payments } from './payments.js';
import { profilesOf } from './profiles.js';
import { BEGIN, END } from './timeline.js';
import { users } from './users.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Numbers that regulators keep free for fiction. */
const FICTIONAL =
  /^\+(1617555|1410555|1412555)01\d\d$|^\+44(7700900|2079460|1174960)\d{3}$|^\+49(3023125|6990009|4066969)\d{3}$|^\+33(63998|19900|46571)\d{4}$/;
const NEXT: Readonly<Record<string, ReadonlyArray<string>>> = {
  null: ['PENDING'],
  PENDING: ['PROCESSING', 'CANCELLED'],
  PROCESSING: ['COMPLETED', 'FAILED'],
  COMPLETED: ['PARTIALLY_REFUNDED', 'REFUNDED'],
  PARTIALLY_REFUNDED: ['PARTIALLY_REFUNDED', 'REFUNDED'],
};
const SCALES: Readonly<Record<string, RegExp>> = {
  ...{ EUR: /^\d+\.\d{2}$/, USD: /^\d+\.\d{2}$/, GBP: /^\d+\.\d{2}$/, CHF: /^\d+\.\d{2}$/ },
  ...{ JPY: /^\d+$/, KWD: /^\d+\.\d{3}$/ },
};

describe('users', () => {
  it('are the same, whatever their number', () => {
    expect([...users(300)].slice(0, 50)).toEqual([...users(50)]);
    expect([...profilesOf(300)].slice(0, 50)).toEqual([...profilesOf(50)]);
  });

  it('have ids, e-mails and handles of their own, and addresses that nobody has', () => {
    const all = [...users(3_000)];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ email }) => email)).size).toBe(all.length);
    for (const { id, email, createdAt, updatedAt } of all) {
      expect(id).toMatch(UUID_V7);
      expect(parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(createdAt);
      expect(email).toMatch(/^[a-z.]+\d*@example\.(com|org)$/);
      expect(createdAt).toBeGreaterThanOrEqual(BEGIN);
      expect(updatedAt).toBeGreaterThanOrEqual(createdAt);
      expect(updatedAt).toBeLessThan(END);
    }
    const profiles = [...profilesOf(3_000)];
    const handles = profiles.flatMap(({ handle }) => handle ?? []);
    expect(new Set(handles).size).toBe(handles.length);
    const phones = profiles.flatMap(({ phone }) => phone ?? []);
    expect(phones.length).toBeGreaterThan(1_000);
    expect(phones.filter((phone) => !FICTIONAL.test(phone))).toEqual([]);
    expect(profiles.map(({ userId }) => userId)).toEqual(all.map(({ id }) => id));
  });

  it('have vendors where they are looked for', () => {
    for (const count of [3, 9, 10, 200, 1_001]) {
      const vendors = Array.from({ length: count }, (_, index) => index).filter(
        (index) => roleOf(index) === 'VENDOR',
      );
      expect(Array.from({ length: vendorsAmong(count) }, (_, number) => vendorAt(number))).toEqual(vendors);
    }
  });
});

describe('payments', () => {
  const size = { count: 3_000, userCount: 300 };
  const all = [...payments(size.count, size.userCount)];

  it('follow from their place alone', () => {
    for (const index of [0, 1, 777, 2_999]) {
      expect(paymentAt({ index, ...size })).toEqual(all[index]);
    }
  });

  it('follow the state machine, and their columns say what their transitions say', () => {
    for (const payment of all) {
      let [status, moment] = ['null', -Infinity];
      for (const { from, to, occurredAt } of payment.steps) {
        expect(String(from)).toBe(status);
        expect(NEXT[status]).toContain(to);
        expect(occurredAt).toBeGreaterThan(moment);
        [status, moment] = [to, occurredAt];
      }
      const completed = payment.steps.find(({ to }) => to === 'COMPLETED');
      const failed = payment.steps.find(({ to }) => to === 'FAILED');
      expect(payment).toMatchObject({
        status,
        createdAt: payment.steps[0]?.occurredAt,
        updatedAt: moment,
        completedAt: completed?.occurredAt ?? null,
        failureReason: failed?.reason ?? null,
        version: payment.steps.length,
      });
      expect(moment).toBeLessThan(END);
      expect(payment.type === 'SCHEDULED').toBe(payment.scheduledFor !== null);
      expect(payment.scheduledFor ?? Infinity).toBeGreaterThan(payment.createdAt);
    }
  });

  it('have amounts that fit their currency, most of them small', () => {
    const seen = new Set<string>();
    for (const { amount, currency } of all) {
      seen.add(currency);
      expect(amount).toMatch(SCALES[currency] ?? /^$/);
      expect(Number(amount)).toBeGreaterThan(0);
      expect(Number(amount)).toBeLessThanOrEqual(10_000_000);
    }
    expect(seen).toEqual(new Set(Object.keys(SCALES)));
    const euros = all.filter(({ currency }) => currency === 'EUR').map(({ amount }) => Number(amount));
    const sorted = euros.sort((one, other) => one - other);
    const mean = sorted.reduce((sum, amount) => sum + amount, 0) / sorted.length;
    expect(mean).toBeGreaterThan(2 * (sorted[Math.floor(sorted.length / 2)] ?? Infinity));
  });

  it('are made by people who are there, in the order of their making', () => {
    const members = new Map(
      Array.from({ length: size.userCount }, (_, index) => [userIdOf(index), membershipOf(index)]),
    );
    for (const [place, payment] of all.entries()) {
      expect(payment.createdAt).toBeGreaterThanOrEqual(all[place - 1]?.createdAt ?? 0);
      for (const id of [payment.userId, payment.recipientId].filter((party) => party !== null)) {
        expect(members.get(id)?.joinedAt).toBeLessThan(payment.createdAt);
        expect(members.get(id)?.suspendedAt ?? Infinity).toBeGreaterThan(payment.createdAt);
      }
      expect(payment.recipientId).not.toBe(payment.userId);
    }
  });

  it('are none when none are asked for', () => {
    expect([...payments(0, 3)]).toEqual([]);
    expect([...payments(50, 3)]).toHaveLength(50);
  });
});
