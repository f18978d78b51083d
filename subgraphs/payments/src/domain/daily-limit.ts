import type { DailyLimitReached } from './outcomes.js';
import { formatMoney, type Money } from './money.js';

/** What a payer may pay in one day. */
export interface DailyLimit {
  /** When the day began. */
  readonly since: Date;
  /** Says why a payment is too much, by what was paid since; that counts unless it FAILED or was CANCELLED. */
  refuse(money: Money, paid: string): DailyLimitReached | undefined;
}

/** Decimals with which amounts are kept: those of the most divided currency. */
const SCALE = 4;

/**
 * The limit of the day, by UTC, in which a moment lies.
 *
 * @param units in whole units of the payment's currency; a limit below 0 leaves nothing
 */
export function dailyLimitOf(units: number, now: Date): DailyLimit {
  const limit = BigInt(Math.max(0, units)) * 10n ** BigInt(SCALE);
  return {
    since: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())),
    refuse({ amount, currency }, paid) {
      const left = limit - smallestOf(paid);
      const remaining = left > 0n ? left : 0n;
      return smallestOf(amount) <= remaining
        ? undefined
        : {
            type: 'dailyLimitReached',
            limit: moneyOf(limit, currency),
            remaining: moneyOf(remaining, currency),
          };
    },
  };
}

/** @param amount a decimal number that is not negative, such as `12.5` */
function smallestOf(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(SCALE, '0'));
}

function moneyOf(smallest: bigint, currency: string): Money {
  const digits = smallest.toString().padStart(SCALE + 1, '0');
  return formatMoney({ amount: `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`, currency });
}
