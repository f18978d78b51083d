import type { LedgerLine } from '../store/ledger.js';
import type { Money } from './money.js';
import type { Parties } from './visibility.js';

/**
 * The lines of a COMPLETED payment: the provider takes the money from the payer, and owes it to who is paid. Each of
 * the two movements sums to zero.
 */
export function postPayment(parties: Parties, money: Money): ReadonlyArray<LedgerLine> {
  const { amount, currency } = money;
  const given = `-${amount}`;
  return [
    { account: 'PAYER', userId: parties.userId, currency, amount: given },
    { account: 'PROVIDER_CLEARING', userId: null, currency, amount },
    { account: 'PROVIDER_CLEARING', userId: null, currency, amount: given },
    parties.recipientId === null
      ? { account: 'HOUSE', userId: null, currency, amount }
      : { account: 'RECIPIENT', userId: parties.recipientId, currency, amount },
  ];
}

/** The lines of a refund: those of the payment the other way round, of what is paid back. */
export function postRefund(parties: Parties, money: Money): ReadonlyArray<LedgerLine> {
  return postPayment(parties, money)
    .map((line) => ({
      ...line,
      amount: line.amount.startsWith('-') ? line.amount.slice(1) : `-${line.amount}`,
    }))
    .reverse();
}
