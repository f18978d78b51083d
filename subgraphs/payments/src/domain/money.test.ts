import { describe, expect, it } from '@jest/globals';
import { CURRENCY_SCALES } from './currencies.js';
import { formatMoney, parseMoney, scaleOf } from './money.js';

const amountOf = (amount: string, currency: string): string | undefined => {
  const parsed = parseMoney({ amount, currency });
  return parsed.type === 'money' ? parsed.money.amount : undefined;
};

describe('parseMoney', () => {
  it('gives every amount its one canonical form', () => {
    expect(['1', '1.0', '1.00', '001.00'].map((text) => amountOf(text, 'EUR'))).toEqual(
      Array(4).fill('1.00'),
    );
    expect(amountOf('0.01', 'EUR')).toBe('0.01');
    expect(amountOf('10000000', 'JPY')).toBe('10000000');
    expect(amountOf('9999999.999', 'KWD')).toBe('9999999.999');
  });

  it('keeps 1,000 amounts that no float could add up', () => {
    for (let cents = 1; cents <= 1_000_000_000; cents += 999_983) {
      const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
      expect(amountOf(text, 'USD')).toBe(text);
      expect(formatMoney({ amount: `${text}00`, currency: 'USD' }).amount).toBe(text);
    }
  });

  it('is at the limits exact in every currency', () => {
    for (const currency of CURRENCY_SCALES.keys()) {
      const scale = scaleOf(currency);
      const fraction = (digits: string): string => (scale === 0 ? '' : `.${digits}`);
      const smallest = scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`;
      expect(amountOf(smallest, currency)).toBe(smallest);
      expect(amountOf('10000000', currency)).toBe(`10000000${fraction('0'.repeat(scale))}`);
      expect(amountOf(`10000000.${'1'.padStart(scale, '0')}`, currency)).toBeUndefined();
      expect(amountOf('10000001', currency)).toBeUndefined();
      expect(amountOf(`1.${'1'.repeat(scale + 1)}`, currency)).toBeUndefined();
      // The column has four decimals.
      expect(scale).toBeLessThanOrEqual(4);
    }
  });

  it.each(['0', '0.00', '-0', '-1', '-0.01', '', '.5', '5.', '1e3', 'NaN', ' 1', '1,5', '0x10'])(
    'refuses the amount %j',
    (amount) => {
      expect(parseMoney({ amount, currency: 'EUR' })).toMatchObject({
        type: 'invalid',
        fields: [{ path: 'amount' }],
      });
    },
  );

  it.each(['QQQ', 'eur', 'EU', '', 'EURO'])('refuses the currency %j', (currency) => {
    expect(parseMoney({ amount: '1', currency })).toMatchObject({
      type: 'invalid',
      fields: [{ path: 'currency' }],
    });
  });
});

describe('formatMoney', () => {
  it.each([
    ['12.5000', 'EUR', '12.50'],
    ['12.5', 'EUR', '12.50'],
    ['12', 'JPY', '12'],
    ['12.0000', 'JPY', '12'],
    ['0.0010', 'KWD', '0.001'],
    ['12345678901234567890.1000', 'EUR', '12345678901234567890.10'],
  ])('writes %s %s as %s', (amount, currency, written) => {
    expect(formatMoney({ amount, currency })).toEqual({ amount: written, currency });
  });

  it('never rounds money away', () => {
    expect(formatMoney({ amount: '12.3456', currency: 'EUR' }).amount).toBe('12.3456');
  });
});
