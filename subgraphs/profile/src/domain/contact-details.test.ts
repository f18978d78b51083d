import { describe, expect, it } from '@jest/globals';
import { httpsUrl, phoneNumber } from './contact-details.js';

describe('httpsUrl', () => {
  it.each([
    ['https://example.com/me.png', 'https://example.com/me.png'],
    ['HTTPS://EXAMPLE.com', 'https://example.com/'],
    ['https://example.com/ä', 'https://example.com/%C3%A4'],
    ['https://example.com/"><script>', 'https://example.com/%22%3E%3Cscript%3E'],
  ])('takes %j', (text, url) => {
    expect(httpsUrl.parse(text)).toBe(url);
  });

  it.each([
    'http://example.com',
    'javascript:alert(1)',
    'https:example.com',
    'https://',
    'https://user:secret@example.com/',
    'https://exa mple.com/',
    '//example.com/me.png',
    `https://example.com/${'a'.repeat(2_000)}`,
    `https://example.com/${'ä'.repeat(500)}`,
    'https://example.com/\nx',
    '',
  ])('refuses %j', (text) => {
    expect(httpsUrl.safeParse(text).success).toBe(false);
  });

  it('takes 2,000 characters and not one more', () => {
    const longest = `https://example.com/${'a'.repeat(1_980)}`;
    expect(httpsUrl.parse(longest)).toBe(longest);
    expect(httpsUrl.safeParse(`${longest}a`).success).toBe(false);
  });
});

describe('phoneNumber', () => {
  it.each(['+4930123456', '+12345678', '+123456789012345'])('takes %j', (text) => {
    expect(phoneNumber.parse(text)).toBe(text);
  });

  it.each([
    '4930123456',
    '+1234567',
    '+1234567890123456',
    '+0301234567',
    '+49 30 123456',
    '+49301234x6',
    '+٤٩٣٠١٢٣٤٥٦',
  ])('refuses %j', (text) => {
    expect(phoneNumber.safeParse(text).success).toBe(false);
  });
});
