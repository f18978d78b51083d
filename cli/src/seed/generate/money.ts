import type { Random } from './random.js';

/** A currency as the demo data uses it. */
interface CurrencyFacts {
  /** How many decimals it has. */
  readonly scale: 0 | 2 | 3;
  /** Roughly, for plausible prices. */
  readonly perEuro: number;
  /** Ends of a usual price, in the smallest unit. */
  readonly endings: ReadonlyArray<number>;
}

/** @see https://www.iso.org/iso-4217-currency-codes.html */
const CURRENCIES = {
  EUR: { scale: 2, perEuro: 1, endings: [0, 0, 50, 90, 95, 99] },
  USD: { scale: 2, perEuro: 1.1, endings: [0, 0, 25, 49, 99, 99] },
  GBP: { scale: 2, perEuro: 0.85, endings: [0, 0, 50, 75, 99, 99] },
  CHF: { scale: 2, perEuro: 0.95, endings: [0, 0, 5, 50, 80, 90] },
  JPY: { scale: 0, perEuro: 160, endings: [0] },
  KWD: { scale: 3, perEuro: 0.33, endings: [0, 250, 500, 750] },
} as const satisfies Readonly<Record<string, CurrencyFacts>>;

export type Currency = keyof typeof CURRENCIES;

/** No payment moves more, in units of any currency. */
const MAXIMUM_UNITS = 10_000_000;

/**
 * An amount that might be paid for something: near its usual price, seldom much more.
 *
 * @param euros the usual price
 * @returns a decimal number with exactly the currency's decimals, more than 0
 */
export function amountFor(euros: number, currency: Currency, random: Random): string {
  const { scale, perEuro, endings } = CURRENCIES[currency];
  const draw = random.next();
  // Only multiplications: the same on every machine, and most draws stay low.
  const skewed = 0.4 + 0.7 * draw + 2.2 * draw * draw * draw * draw * draw * draw;
  const factor = random.chance(0.008) ? skewed * random.between(5, 40) : skewed;
  const units = Math.floor(Math.min(euros * perEuro * factor, MAXIMUM_UNITS - 1));
  if (scale === 0) {
    return String(Math.max(units - (units % (random.chance(0.8) ? 10 : 1)), 1));
  }
  const ending = random.chance(0.7) ? random.pick(endings) : random.between(1, 10 ** scale);
  return writeUnits(Math.max(units * 10 ** scale + ending, 1), scale);
}

/** A part of an amount, such as is paid back, in the same form. */
export function partOf(amount: string, fraction: number): string {
  const scale = amount.split('.')[1]?.length ?? 0;
  return writeUnits(Math.max(Math.floor(Number(amount.replace('.', '')) * fraction), 1), scale);
}

function writeUnits(smallest: number, scale: number): string {
  const digits = String(smallest).padStart(scale + 1, '0');
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
