import type { InvalidField } from '@supergraph/platform/validation';
import { CURRENCY_SCALES } from './currencies.js';

/** An exact amount of money: a decimal number as text, and its currency. */
export interface Money {
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
}

/** What {@link parseMoney} gives: the amount in its one canonical form, or what is wrong with it. */
export type ParsedMoney =
  | { readonly type: 'money'; readonly money: Money }
  | { readonly type: 'invalid'; readonly fields: ReadonlyArray<InvalidField> };

/** The most that one payment moves, in units of any currency. */
const MAXIMUM_UNITS = 10_000_000n;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Decimals of a currency that is not, or no longer, in ISO 4217: rows from older systems may have one. */
const SCALE_OF_UNKNOWN = 2;

/**
 * How many decimals a currency has by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD.
 *
 * @param currency three capital letters; for one that does not exist it is 2
 */
export function scaleOf(currency: string): number {
  return CURRENCY_SCALES.get(currency) ?? SCALE_OF_UNKNOWN;
}

/**
 * Checks an amount by the rules of a payment: a currency that exists, no more decimals than it has, more than 0
 * and at most 10,000,000. It computes with whole numbers of the smallest unit, never with floats.
 *
 * @returns the amount with exactly the currency's decimals and no leading zeros, so that equal amounts are equal
 *   texts; or a message for each field, with the paths `amount` and `currency`
 */
export function parseMoney(money: Money): ParsedMoney {
  if (!CURRENCY_SCALES.has(money.currency)) {
    return invalid('currency', 'is no currency of ISO 4217; give one such as EUR');
  }
  const match = DECIMAL.exec(money.amount);
  if (match === null) {
    return invalid('amount', 'must be digits with an optional fraction, such as 12.50');
  }
  const [, sign, whole = '', fraction = ''] = match;
  const scale = scaleOf(money.currency);
  if (fraction.length > scale) {
    return invalid('amount', `must have at most ${scale} decimals in ${money.currency}`);
  }
  const smallestUnits = BigInt(whole + fraction.padEnd(scale, '0'));
  if (sign === '-' || smallestUnits === 0n) {
    return invalid('amount', 'must be more than 0');
  }
  if (smallestUnits > MAXIMUM_UNITS * 10n ** BigInt(scale)) {
    return invalid('amount', `must be at most ${MAXIMUM_UNITS.toLocaleString('en')}`);
  }
  return { type: 'money', money: { amount: writeUnits(smallestUnits, scale), currency: money.currency } };
}

/**
 * Writes an amount as the database gives it (`12.5000`) with the decimals of its currency (`12.50`). A digit
 * beyond them, which a row from an older system may have, is kept: money is never rounded away.
 *
 * @param amount a decimal number
 */
export function formatMoney({ amount, currency }: Money): Money {
  const [whole = '0', fraction = ''] = amount.split('.');
  const kept = fraction.replace(/0+$/, '').padEnd(scaleOf(currency), '0');
  return { amount: kept === '' ? whole : `${whole}.${kept}`, currency };
}

function writeUnits(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, '0');
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function invalid(path: string, message: string): ParsedMoney {
  return { type: 'invalid', fields: [{ path, message }] };
}
