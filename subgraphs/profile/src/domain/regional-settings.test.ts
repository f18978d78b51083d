import { describe, expect, it } from '@jest/globals';
import { currencyCode, locale, timeZone } from './regional-settings.js';

describe('locale', () => {
  it.each([
    ['en', 'en'],
    ['de-ch', 'de-CH'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
  ])('takes %j as %j', (text, canonical) => {
    expect(locale.parse(text)).toBe(canonical);
  });

  it.each(['', 'e', 'de_CH', 'not a locale', 'de-', 'x'.repeat(36), '\u0000'])('refuses %j', (text) => {
    expect(locale.safeParse(text).success).toBe(false);
  });
});

describe('timeZone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ])('takes %j as %j', (text, name) => {
    expect(timeZone.parse(text)).toBe(name);
  });

  it.each(['', '+01:00', 'Mars/Olympus', 'Berlin', 'Europe/Berlin; --', 'x'.repeat(65)])(
    'refuses %j',
    (text) => {
      expect(timeZone.safeParse(text).success).toBe(false);
    },
  );
});

describe('currencyCode', () => {
  it('takes what there is and refuses what there is not', () => {
    expect(['EUR', 'JPY', 'KWD'].every((code) => currencyCode.safeParse(code).success)).toBe(true);
    expect(['QQQ', 'eur', 'EU', '', 'EURO'].some((code) => currencyCode.safeParse(code).success)).toBe(false);
  });
});
