import { describe, expect, it } from '@jest/globals';
import { CURRENCY_SCALES } from './currencies.js';

const known = new Set(Intl.supportedValuesOf('currency'));
const intlScale = (currency: string): number | undefined =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;

/** What the runtime calls a currency and the standard does not: ended, or without a minor unit. */
const NOT_ACTIVE = 'ANG BGN CUC HRK SLL XDR XSU ZWL'.split(' ');
/** Funds and units of account that are in the standard, and what is too new for some runtimes. */
const NOT_IN_INTL = 'BOV CHE CHW CLF COU MXV USN UYI UYW VED XAD XCG ZWG'.split(' ');

/**
 * Where the runtime follows usage (fractions that nobody pays in) and the standard keeps the unit. Another version
 * of the runtime may agree on more of them; on none does it deviate that is not listed.
 */
const WITHOUT_FRACTIONS_IN_INTL = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR RSD SOS SYP YER'.split(
  ' ',
);

describe('CURRENCY_SCALES', () => {
  it('has each code once, in the form of ISO 4217, with at most the four decimals of the column', () => {
    expect(CURRENCY_SCALES.size).toBe(17 + 139 + 7 + 2);
    for (const [code, scale] of CURRENCY_SCALES) {
      expect(code).toMatch(/^[A-Z]{3}$/);
      expect([0, 2, 3, 4]).toContain(scale);
    }
  });

  it('has every currency of the runtime but those that have ended or have no minor unit', () => {
    expect([...known].filter((code) => !CURRENCY_SCALES.has(code) && !NOT_ACTIVE.includes(code))).toEqual([]);
    expect(NOT_ACTIVE.filter((code) => CURRENCY_SCALES.has(code))).toEqual([]);
  });

  it('has nothing that the runtime does not know but what is listed', () => {
    expect(
      [...CURRENCY_SCALES.keys()].filter((code) => !known.has(code) && !NOT_IN_INTL.includes(code)),
    ).toEqual([]);
  });

  it('differs from the runtime in scale only where usage and standard differ', () => {
    const different = [...CURRENCY_SCALES].filter(
      ([code, scale]) => known.has(code) && intlScale(code) !== scale,
    );
    expect(different.filter(([code]) => !WITHOUT_FRACTIONS_IN_INTL.includes(code))).toEqual([]);
    expect(different.map(([code]) => intlScale(code))).toEqual(different.map(() => 0));
  });

  it.each([
    ['EUR', 2],
    ['HUF', 2],
    ['IDR', 2],
    ['ISK', 0],
    ['UGX', 0],
    ['IQD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
  ])('gives %s %d decimals', (code, scale) => {
    expect(CURRENCY_SCALES.get(code)).toBe(scale);
  });

  it.each(['XAU', 'XXX', 'XTS', 'DEM', 'BGN', 'eur', ''])('does not have %j', (code) => {
    expect(CURRENCY_SCALES.has(code)).toBe(false);
  });
});
