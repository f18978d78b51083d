import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.js';
import {
  findScheduleMistake,
  hashPaymentRequest,
  parsePaymentRequest,
  type PaymentInput,
} from './payment-request.js';

const PAYER = '00000000-0000-4000-8000-000000000001';
const RECIPIENT = 'abcdefab-0000-4000-8000-000000000002';

const request = (changes: Partial<PaymentInput> = {}) => {
  const amount = { amount: '12.5', currency: 'EUR' };
  const parsed = parsePaymentRequest(
    { idempotencyKey: 'key', amount, type: 'INSTANT', recipientId: RECIPIENT, ...changes },
    PAYER,
  );
  if (parsed.type === 'invalidInput') {
    throw new Error(JSON.stringify(parsed.fields));
  }
  return parsed.value;
};

describe('hashPaymentRequest', () => {
  it('is equal for requests that mean the same', () => {
    const hash = hashPaymentRequest(request());
    expect(hashPaymentRequest(request({ amount: { amount: '0012.50', currency: 'EUR' } }))).toBe(hash);
    expect(hashPaymentRequest(request({ recipientId: RECIPIENT.toUpperCase(), description: null }))).toBe(
      hash,
    );
    expect(hashPaymentRequest(request({ idempotencyKey: 'another' }))).toBe(hash);
  });

  it('differs for requests that differ in anything', () => {
    const scheduled = { type: 'SCHEDULED', scheduledFor: new Date('2999-01-01T00:00:00Z') } as const;
    const hashes = [
      {},
      { amount: { amount: '12.51', currency: 'EUR' } },
      { amount: { amount: '12.5', currency: 'USD' } },
      { recipientId: null },
      { type: 'RECURRING' as const },
      { description: 'x' },
      { metadata: {} },
      { metadata: { description: 'x' } },
      scheduled,
      { ...scheduled, scheduledFor: new Date('2999-01-01T00:00:00.001Z') },
    ].map((changes) => hashPaymentRequest(request(changes)));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('findScheduleMistake', () => {
  const due = new Date('2030-01-01T00:00:00Z');
  const scheduled = request({ type: 'SCHEDULED', scheduledFor: due });

  it('refuses what is due now or earlier', () => {
    expect(findScheduleMistake(scheduled, new Date(due.getTime() - 1))).toBeUndefined();
    expect(findScheduleMistake(scheduled, due)).toMatchObject({ fields: [{ path: 'scheduledFor' }] });
    expect(findScheduleMistake(request(), due)).toBeUndefined();
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys and keeps the order of lists', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }, 'x'], a: 'ü"' })).toBe(
      '{"a":"ü\\"","b":[{"c":null,"d":1},"x"]}',
    );
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });
});
