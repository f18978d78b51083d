import { describe, expect, it } from '@jest/globals';
import { httpsUrl, phoneNumber } from './contact-details.js';

describe('httpsUrl', () => {
  it.each([
    ['https://example.com/me.png', 'https://example.com/me.png'],
    ['HTTPS://EXAMPLE.com', 'https://example.com/'],
    ['https://example.com/ä', 'https://example.com/%C3%A4'],
    ['https://müller.example.com:444/x?y#z', 'https://xn--mller-kva.example.com:444/x?y#z'],
  ])('takes %j', (text, url) => {
    expect(httpsUrl.parse(text)).toBe(url);
  });

  it.each([
    'http://example.com',
    'javascript:alert(1)',
    'https:example.com',
    'https://example.com/"><script>',
    'https://localhost/me.png',
    'https://good.example.com\\@evil.example.com/',
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
  it.each([
    ['+4930123456', '+4930123456'],
    [' +49 (30) 12 34-56 ', '+4930123456'],
    ['+1 202 555 0123', '+12025550123'],
    ['+٤٩٣٠١٢٣٤٥٦', '+4930123456'],
  ])('takes %j as %j', (text, number) => {
    expect(phoneNumber.parse(text)).toBe(number);
  });

  it.each([
    '4930123456',
    '030 123456',
    '+1234567',
    '+12345678',
    '+1234567890123456',
    '+0301234567',
    '+999123456789',
    '+49301234x6',
    '+1 202 555 0123 ext. 5',
    'call +4930123456',
    '+4930123456\n+4930123457',
    '',
  ])('refuses %j', (text) => {
    expect(phoneNumber.safeParse(text).success).toBe(false);
  });
});
