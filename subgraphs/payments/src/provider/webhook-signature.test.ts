import { describe, expect, it } from '@jest/globals';
import { SIGNATURE_HEADER, signWebhook, TIMESTAMP_HEADER, verifyWebhook } from './webhook-signature.js';

const SECRET = 'a-secret-of-the-provider-0123456789ab';
const NOW = new Date('2026-03-01T12:00:00Z');
const BODY = '{"id":"1"}';

const verify = (changes: Record<string, string | undefined> = {}, body = BODY, now = NOW) => {
  const headers = { ...signWebhook(SECRET, BODY, NOW), ...changes };
  const proof = { timestamp: headers[TIMESTAMP_HEADER], signature: headers[SIGNATURE_HEADER] };
  return verifyWebhook(SECRET, Buffer.from(body), proof, now);
};
const secondsLater = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);

describe('signWebhook', () => {
  it('signs as documented, so that anybody can make the same signature', () => {
    // printf '1772366400.{"id":"1"}' | openssl dgst -sha256 -hmac a-secret-of-the-provider-0123456789ab
    expect(signWebhook(SECRET, BODY, NOW)).toEqual({
      [TIMESTAMP_HEADER]: '1772366400',
      [SIGNATURE_HEADER]: 'v1=d508cc1f96fe38e8ea982cd4377f7ec27d134157498d7c3043bcac26ffbbea72',
    });
  });
});

describe('verifyWebhook', () => {
  it('takes what was signed, up to five minutes either way', () => {
    expect([0, 300, -300].map((seconds) => verify({}, BODY, secondsLater(seconds)))).toEqual(
      Array(3).fill('valid'),
    );
    expect([301, -301].map((seconds) => verify({}, BODY, secondsLater(seconds)))).toEqual(
      Array(2).fill('wrongTime'),
    );
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['another body', {}, '{"id":"2"}'],
    ['another timestamp', { [TIMESTAMP_HEADER]: '1772366401' }, BODY],
    ['no timestamp', { [TIMESTAMP_HEADER]: undefined }, BODY],
    ['a timestamp that is no number', { [TIMESTAMP_HEADER]: '1e9' }, BODY],
    ['no signature', { [SIGNATURE_HEADER]: undefined }, BODY],
    ['a signature of another version', { [SIGNATURE_HEADER]: `v0=${'0'.repeat(64)}` }, BODY],
    ['a wrong signature', { [SIGNATURE_HEADER]: `v1=${'0'.repeat(64)}` }, BODY],
    ['a short signature', { [SIGNATURE_HEADER]: 'v1=00' }, BODY],
  ])('refuses %s', (_what, changes, body) => {
    expect(verify(changes, body)).toBe('wrongSignature');
  });
});
