import { ApplicationError } from '@supergraph/platform/errors';
import type { PartyRefused, PayerCheckUnavailable } from './outcomes.js';
import { findPayers, type PayerSources } from './payers.js';
import type { Parties } from './visibility.js';

/**
 * Whether both parties' accounts may be used, by the replica; who is missing there is asked of auth in one question.
 *
 * @returns the refusal, if any
 */
export async function checkParties(
  context: PayerSources,
  { userId, recipientId }: Parties,
): Promise<PartyRefused | PayerCheckUnavailable | undefined> {
  try {
    const parties = await findPayers(context, recipientId === null ? [userId] : [userId, recipientId]);
    if (parties.get(userId)?.status !== 'ACTIVE') {
      return { type: 'partyRefused', party: 'payer' };
    }
    return recipientId === null || parties.get(recipientId)?.status === 'ACTIVE'
      ? undefined
      : { type: 'partyRefused', party: 'recipient' };
  } catch (error) {
    if (error instanceof ApplicationError && error.code === 'DEPENDENCY_UNAVAILABLE') {
      return { type: 'payerCheckUnavailable' };
    }
    throw error;
  }
}
