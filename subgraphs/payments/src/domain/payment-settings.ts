import { z } from 'zod';
import { CURRENCY_SCALES } from './currencies.js';
import type { CurrencyNotAccepted, PaymentsDisabled } from './outcomes.js';

/** What admin's settings say about payments. */
export interface PaymentSettings {
  /** Whether new payments may be made. */
  readonly isEnabled: boolean;
  /** In these, as codes of ISO 4217; in every currency when null. */
  readonly currencies: ReadonlyArray<string> | null;
  /** How much one payer may pay in a day, in whole units of the payment's currency; any amount when null. */
  readonly dailyLimit: number | null;
}

/** The settings of admin that concern payments, with what they can be set to. */
const VALUES = {
  'payments.enabled': z.boolean(),
  'payments.currencies': z.array(z.string()),
  'payments.daily_limit': z.int(),
} as const;

/**
 * Whether a setting of admin concerns payments.
 *
 * @throws {z.ZodError} when it does and its value is of the wrong kind
 */
export function concernsPayments({ key, value }: { readonly key: string; readonly value: unknown }): boolean {
  if (!Object.hasOwn(VALUES, key)) {
    return false;
  }
  VALUES[key as keyof typeof VALUES].parse(value);
  return true;
}

/** @param kept what was heard of, by key; nothing is forbidden by what was not */
export function toPaymentSettings(kept: ReadonlyMap<string, unknown>): PaymentSettings {
  return {
    isEnabled: VALUES['payments.enabled'].default(true).parse(kept.get('payments.enabled')),
    currencies: VALUES['payments.currencies'].nullable().default(null).parse(kept.get('payments.currencies')),
    dailyLimit: VALUES['payments.daily_limit']
      .nullable()
      .default(null)
      .parse(kept.get('payments.daily_limit')),
  };
}

/** Says why nothing may be paid in this currency just now. */
export function refuseBySettings(
  { isEnabled, currencies }: PaymentSettings,
  currency: string,
): PaymentsDisabled | CurrencyNotAccepted | undefined {
  if (!isEnabled) {
    return { type: 'paymentsDisabled' };
  }
  return currencies === null || currencies.includes(currency)
    ? undefined
    : // An administrator may have written anything.
      { type: 'currencyNotAccepted', accepted: currencies.filter((code) => CURRENCY_SCALES.has(code)) };
}
