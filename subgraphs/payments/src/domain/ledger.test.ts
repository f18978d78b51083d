import { describe, expect, it } from '@jest/globals';
import { postPayment, postRefund } from './ledger.js';

const money = { amount: '12.5', currency: 'EUR' };

describe('postPayment and postRefund', () => {
  it.each([
    ['a recipient', 'RECIPIENT', 'recipient'],
    ['the house', 'HOUSE', null],
  ])('move money to %s and back, each in lines that sum to zero', (_who, account, recipientId) => {
    const parties = { userId: 'payer', recipientId };
    const balance = new Map<string, number>();
    for (const lines of [postPayment(parties, money), postRefund(parties, money)]) {
      expect(lines).toHaveLength(4);
      expect(lines.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(0);
      for (const line of lines) {
        const key = `${line.account} ${line.userId}`;
        balance.set(key, (balance.get(key) ?? 0) + Number(line.amount));
      }
      // After the payment it is with who is paid, after the refund nobody has it.
      expect(Object.fromEntries(balance)).toEqual(
        lines[0]?.account === 'PAYER'
          ? { 'PAYER payer': -12.5, 'PROVIDER_CLEARING null': 0, [`${account} ${recipientId}`]: 12.5 }
          : { 'PAYER payer': 0, 'PROVIDER_CLEARING null': 0, [`${account} ${recipientId}`]: 0 },
      );
    }
  });
});
